import type { Role } from './cast.ts';
import type { Reader } from './readers.ts';
import type { Stage } from './stage.ts';

/** The roles of firms that the July 2025 rule holds back. */
const RESTRICTED: readonly Role[] = ['duty', 'unknown', 'expired'];

/** One reader of each firm that must report to a government, or of which that is not known. */
export function oneOfEachRestricted(readers: readonly Reader[]): Reader[] {
  const restricted = readers.filter(({ firm }) => RESTRICTED.includes(firm.role));
  const firms = Map.groupBy(restricted, ({ participant }) => participant);
  return [...firms.values()].flatMap(([first]) => first ?? []);
}

/** How many of these readers are refused an artifact that they ask for by its id. */
export async function refusalsOf(
  { desks }: Stage,
  readers: readonly Reader[],
  wanted: { readonly alert: string; readonly artifact: string },
): Promise<number> {
  let refused = 0;
  for (const reader of readers) {
    const code = await desks.ask('take', { reader: reader.id, ...wanted });
    if (code === null) reader.copies += 1;
    else refused += 1;
  }
  return refused;
}
