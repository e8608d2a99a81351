/** What the server answers a reader about facts of its own organisation; throws INVALID_INPUT. */
import { JsonNode } from './json-node.ts';

/** A statement as its member sees it. `at`: RFC 3339. */
export type Statement = {
  readonly statement: string;
  readonly at: string;
  readonly state: string;
};

const ID = /^[0-9a-f-]{36}$/;
const WORD = /^[a-z_]{1,40}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T[0-9:.]{5,20}(?:Z|[+-]\d{2}:\d{2})$/;

export function parseOwnStatements(answer: unknown): readonly Statement[] {
  const items = new JsonNode(answer, 'facts').object().get('items').list(0, 1_000);
  return items.map((node) => {
    const found = node.object();
    return {
      statement: found.get('statement').matching(ID, 'an id'),
      at: found.get('at').matching(DATE_TIME, 'an RFC 3339 date-time'),
      state: found.get('state').matching(WORD, 'a word'),
    };
  });
}

export function parseStated(answer: unknown): { statement: string; narrowed: boolean } {
  const found = new JsonNode(answer, 'facts').object();
  return {
    statement: found.get('statement').matching(ID, 'an id'),
    narrowed: found.get('narrowed').flag(),
  };
}
