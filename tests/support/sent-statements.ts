import pg from 'pg';

/**
 * What this process sends to any database while something works, one text for each round trip: the
 * driver's own door is watched, so that BEGIN and COMMIT count too.
 */
export async function sentStatements<T>(
  work: () => Promise<T>,
): Promise<{ readonly sent: readonly string[]; readonly value: T }> {
  const sent: string[] = [];
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = new Proxy(query, {
    apply(target, client, given: readonly unknown[]): unknown {
      sent.push(textOf(given[0]));
      const answer: unknown = Reflect.apply(target, client, given);
      return answer;
    },
  });
  try {
    return { sent, value: await work() };
  } finally {
    pg.Client.prototype.query = query;
  }
}

function textOf(query: unknown): string {
  if (typeof query === 'string') return query;
  return String(Reflect.get(Object(query), 'text'));
}
