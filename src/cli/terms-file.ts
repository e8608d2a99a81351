import { USE_PERMISSIONS } from '../domain/artifact.ts';
import { invalid } from '../domain/errors.ts';
import { AI_LIMITS, type Clauses, MAX_VALID_DAYS, SHARING_LIMITS } from '../domain/terms.ts';
import { oneOf, parseYaml, record, wordsOf } from './yaml-file.ts';

/** What a file of terms says beside the text. */
export type TermsFile = { readonly clauses: Clauses; readonly validDays: number };

const CLAUSES = [
  'noOffensiveUse',
  'usePermissions',
  'sharingLimit',
  'aiProcessing',
  'individualCopies',
] as const;

/**
 * Reads what terms settle; whatever is left out is not settled:
 *
 *     validDays: 365                        # from the countersignature
 *     clauses:
 *       noOffensiveUse: true
 *       usePermissions: [read, build_protection, test]
 *       sharingLimit: organisation          # readers | organisation | clients
 *       aiProcessing: none                  # none | own | external_by_addendum
 *       individualCopies: true
 *
 * @throws INVALID_INPUT naming the field.
 */
export function parseTermsFile(text: string): TermsFile {
  const { validDays, clauses } = record(parseYaml(text, 'terms file'), 'terms', [
    'validDays',
    'clauses',
  ]);
  if (!Number.isInteger(validDays) || Number(validDays) < 1 || Number(validDays) > MAX_VALID_DAYS) {
    throw invalid('validDays', `days, 1 to ${MAX_VALID_DAYS}`, validDays);
  }
  const found = record(clauses, 'clauses', CLAUSES);
  const { usePermissions, sharingLimit, aiProcessing } = found;
  return {
    validDays: Number(validDays),
    clauses: {
      noOffensiveUse: flagOf(found, 'noOffensiveUse'),
      usePermissions:
        usePermissions === undefined
          ? null
          : wordsOf(USE_PERMISSIONS, usePermissions, 'clauses.usePermissions'),
      sharingLimit:
        sharingLimit === undefined
          ? null
          : oneOf(SHARING_LIMITS, sharingLimit, 'clauses.sharingLimit'),
      aiProcessing:
        aiProcessing === undefined ? null : oneOf(AI_LIMITS, aiProcessing, 'clauses.aiProcessing'),
      individualCopies: flagOf(found, 'individualCopies'),
    },
  };
}

function flagOf(found: Record<string, unknown>, name: (typeof CLAUSES)[number]): boolean {
  const value = found[name] ?? false;
  if (typeof value !== 'boolean') throw invalid(`clauses.${name}`, 'true or false', value);
  return value;
}
