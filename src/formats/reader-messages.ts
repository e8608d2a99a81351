import { JsonNode } from './json-node.ts';

/** A message about an alert, as the API answers a reader. */
export type OwnMessage = {
  readonly id: string;
  /** RFC 3339. */
  readonly at: string;
  /** `issuer`, `you` or `member`; a word of a later server is passed on. */
  readonly from: string;
  readonly name: string | null;
  readonly audience: string;
  readonly product: string | null;
  readonly text: string;
};

const MAX_LISTED = 1_000;
const MAX_TEXT = 32_000;
const ID = /^[0-9a-f-]{36}$/;
const WORD = /^[a-z][a-z0-9_]{0,39}$/;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/** @throws INVALID_INPUT naming what is missing or of another kind. */
export function parseMessages(answer: unknown): OwnMessage[] {
  return new JsonNode(answer, 'messages')
    .object()
    .get('messages')
    .list(0, MAX_LISTED)
    .map((node) => {
      const found = node.object();
      return {
        id: found.get('id').matching(ID, 'an id'),
        at: found.get('at').matching(DATE_TIME, 'an RFC 3339 date-time'),
        from: found.get('from').matching(WORD, 'a word'),
        name: found.get('name').orNull((name) => name.text(MAX_TEXT)),
        audience: found.get('audience').matching(WORD, 'a word'),
        product: found.get('product').orNull((product) => product.text(MAX_TEXT)),
        text: found.get('text').text(MAX_TEXT),
      };
    });
}
