/** What the server answers a reader about terms, parsed once; throws INVALID_INPUT. */
import { USE_PERMISSIONS } from '../domain/artifact.ts';
import { invalid } from '../domain/errors.ts';
import { isId } from '../domain/ids.ts';
import {
  AI_LIMITS,
  type Clauses,
  MAX_TERMS_LENGTH,
  MAX_VALID_DAYS,
  SHARING_LIMITS,
} from '../domain/terms.ts';
import { JsonNode } from './json-node.ts';
import type { TermsOf } from './terms.ts';

/** Terms of a programme as shown to a reader. Instants are RFC 3339. */
export type ShownTerms = TermsOf & {
  readonly terms: string;
  /** What the server says their hash is: to be computed. */
  readonly sha256: string;
  readonly signBy: string | null;
  /** Newest first. */
  readonly signed: readonly {
    readonly agreement: string;
    readonly at: string;
    readonly answer: string | null;
    readonly expiresAt: string | null;
  }[];
};

/** `officer`: whether the reader's own signature binds its organisation. */
export type TermsPage = { readonly officer: boolean; readonly items: readonly ShownTerms[] };

const HEX_32 = /^[0-9a-f]{64}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T[0-9:.]{5,20}(?:Z|[+-]\d{2}:\d{2})$/;
const WORD = /^[a-z_]{1,40}$/;

export function parseTermsPage(answer: unknown): TermsPage {
  const page = new JsonNode(answer, 'terms').object();
  return {
    officer: page.get('officer').flag(),
    items: page.get('items').list(0, 1_000).map(terms),
  };
}

function terms(node: JsonNode): ShownTerms {
  const found = node.object();
  return {
    terms: id(found.get('terms')),
    programme: id(found.get('programme')),
    version: found.get('version').number(1, Number.MAX_SAFE_INTEGER),
    text: found.get('text').text(MAX_TERMS_LENGTH),
    clauses: clauses(found.get('clauses')),
    validDays: found.get('validDays').number(1, MAX_VALID_DAYS),
    sha256: found.get('sha256').matching(HEX_32, '64 lower-case hex digits'),
    signBy: found.get('signBy').orNull(dateTime),
    signed: found
      .get('signed')
      .list(0, 1_000)
      .map((each) => {
        const one = each.object();
        return {
          agreement: id(one.get('agreement')),
          at: dateTime(one.get('at')),
          answer: one.get('answer').orNull((word) => word.matching(WORD, 'a word')),
          expiresAt: one.get('expiresAt').orNull(dateTime),
        };
      }),
  };
}

/** Nobody signs a clause that this program does not know. */
function clauses(node: JsonNode): Clauses {
  const required = [
    'noOffensiveUse',
    'usePermissions',
    'sharingLimit',
    'aiProcessing',
    'individualCopies',
  ];
  const found = node.object({ required, optional: [] });
  return {
    noOffensiveUse: found.get('noOffensiveUse').flag(),
    usePermissions: found
      .get('usePermissions')
      .orNull((words) => words.list(0, 100).map((word) => word.oneOf(USE_PERMISSIONS))),
    sharingLimit: found.get('sharingLimit').orNull((word) => word.oneOf(SHARING_LIMITS)),
    aiProcessing: found.get('aiProcessing').orNull((word) => word.oneOf(AI_LIMITS)),
    individualCopies: found.get('individualCopies').flag(),
  };
}

function id(node: JsonNode): string {
  const text = node.text(36);
  if (!isId(text)) throw invalid(node.path, 'a lower-case UUIDv4', text);
  return text;
}

function dateTime(node: JsonNode): string {
  return node.matching(DATE_TIME, 'an RFC 3339 date-time');
}
