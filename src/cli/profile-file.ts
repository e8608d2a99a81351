import { ADDENDA, type Addendum, ROLES, type Role } from '../domain/enrolment.ts';
import { invalid } from '../domain/errors.ts';
import { HOUR_MS } from '../domain/instant.ts';
import { instantText, parseYaml, record, textsOf, wordsOf } from './yaml-file.ts';

/** A participant's profile as the API takes it. */
export type ProfileBody = {
  readonly roles: readonly Role[];
  readonly products: readonly string[];
  readonly criteria: Readonly<Record<string, string>>;
  readonly addenda: readonly Addendum[];
  readonly maxEmbargoMs: number | null;
};

const FIELDS = ['roles', 'products', 'criteria', 'addenda', 'maxEmbargoHours'];

/**
 * Reads a file of what a participant has shown; whatever is left out has not been shown:
 *
 *     roles: [distributor]                  # words of docs/cli.md
 *     products: [kernel]                    # codes of the pack
 *     criteria:                             # of the pack: until when each is shown
 *       certified: 2027-01-01T00:00:00Z
 *     addenda: [external_ai]                # aggregator | external_ai
 *     maxEmbargoHours: 336                  # longest embargo that it keeps; null: any
 *
 * @throws INVALID_INPUT naming the field.
 */
export function parseProfileFile(text: string): ProfileBody {
  const document = record(parseYaml(text, 'profile file'), 'profile', FIELDS);
  const { roles, products, criteria = {}, addenda, maxEmbargoHours = null } = document;
  if (typeof criteria !== 'object' || criteria === null || Array.isArray(criteria)) {
    throw invalid('criteria', 'a mapping of criteria to instants', criteria);
  }
  if (maxEmbargoHours !== null && !(typeof maxEmbargoHours === 'number' && maxEmbargoHours >= 0)) {
    throw invalid('maxEmbargoHours', 'hours, or null', maxEmbargoHours);
  }
  return {
    roles: wordsOf(ROLES, roles, 'roles'),
    products: textsOf(products, 'products'),
    criteria: Object.fromEntries(
      Object.entries(criteria).map(([name, at]) => [name, instantText(at, `criteria.${name}`)]),
    ),
    addenda: wordsOf(ADDENDA, addenda, 'addenda'),
    maxEmbargoMs: maxEmbargoHours === null ? null : Math.round(maxEmbargoHours * HOUR_MS),
  };
}
