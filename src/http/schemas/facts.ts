import { type Static, Type } from 'typebox';
import { formatInstant, parseInstant } from '../../domain/instant.ts';
import { AFFILIATIONS, STATEMENT_STATES, type StatedFacts } from '../../domain/statement.ts';
import type { StatementView } from '../../programme/member/own-facts.ts';
import { closed, IdText, InstantText, nullable, oneOf } from './basic.ts';
import { Duty } from './enrolment.ts';

const Line = Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\p{C}]*$' });

/** Facts as a member states them; null: it says nothing of them. */
export const FactsText = Type.Object(
  {
    jurisdictions: nullable(Type.Array(Line, { maxItems: 50 })),
    duties: nullable(
      Type.Object({ items: Type.Array(Duty, { maxItems: 50 }), expiresAt: InstantText }, closed),
    ),
    affiliates: nullable(
      Type.Array(Type.Object({ name: Line, relation: oneOf(AFFILIATIONS) }, closed), {
        maxItems: 100,
      }),
    ),
    products: nullable(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 64 })),
    contacts: nullable(Type.Array(Type.String({ maxLength: 254 }), { minItems: 1, maxItems: 50 })),
    calendar: nullable(Type.String({ minLength: 1, maxLength: 64 })),
    maxEmbargoMs: Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 0 }),
  },
  closed,
);

/** @throws INVALID_INPUT naming the instant that is none. */
export function parseFacts({ duties, ...rest }: Static<typeof FactsText>): StatedFacts {
  if (duties === null) return { ...rest, duties };
  const expiresAt = parseInstant(duties.expiresAt, 'facts.duties.expiresAt');
  return { ...rest, duties: { ...duties, expiresAt } };
}

/** A statement with what has become of it. */
export const StatementText = Type.Object({
  statement: IdText,
  programme: IdText,
  reader: IdText,
  at: InstantText,
  state: oneOf(STATEMENT_STATES),
  facts: FactsText,
});

export function presentStatement(view: StatementView): Static<typeof StatementText> {
  const { at, facts, ...rest } = view;
  const { duties, jurisdictions, affiliates, products, contacts, calendar, maxEmbargoMs } = facts;
  const listed = <T>(items: readonly T[] | null) => items && [...items];
  return {
    ...rest,
    at: formatInstant(at),
    facts: {
      ...{ calendar, maxEmbargoMs },
      jurisdictions: listed(jurisdictions),
      affiliates: listed(affiliates),
      products: listed(products),
      contacts: listed(contacts),
      duties: duties && {
        items: [...duties.items],
        expiresAt: formatInstant(duties.expiresAt),
      },
    },
  };
}
