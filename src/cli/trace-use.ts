import { plain } from '../participant/plain.ts';
import type { Names } from './names.ts';
import type { TraceAnswer } from './trace-answers.ts';
import type { Part } from './trace-part.ts';

/** Where and when a sample was found, as facts. */
export function foundAt(find: NonNullable<TraceAnswer['find']>, names: Names) {
  const where = find.member === null ? '' : ` of ${names.who(find.member)}`;
  const place = plain(find.place, find.place.length);
  return [
    ['found', `${find.foundAt}, ${KINDS[find.kind] ?? find.kind}${where}: ${place}`],
    ['shipped', `from a lawfully shipped product: ${find.shipped}`],
  ] as const;
}

const KINDS: Readonly<Record<string, string>> = {
  public_site: 'on a public site',
  member_product: 'in a product',
  private_channel: 'in a private channel',
  seized: 'on what was seized',
  other: 'elsewhere',
};

/** Whose copy it is and what was permitted are two answers, and stand apart. */
export function useParts({ copies }: TraceAnswer, names: Names): Part[] {
  if (copies.length === 0) return [];
  const rows = copies.map((copy) => {
    const of = copy.artifacts.map(({ artifact }) => names.of(artifact));
    const because = [...new Set(copy.artifacts.map((one) => one.because))];
    return [
      names.who(copy.participant),
      copy.readers.map((reader) => names.who(reader)).join(', '),
      copy.copyIdentified === 'alone' ? 'by this sample' : 'by all alerts together',
      USES[copy.useAtThatTime] ?? copy.useAtThatTime,
      of.join(', '),
      because.map((code) => REASONS[code] ?? code).join('; '),
      names.of(copy.alert),
    ];
  });
  const headings = [
    ...['participant', 'reader', 'copy identified', 'use at that time', 'of', 'because', 'alert'],
  ];
  return [{ kind: 'table', title: 'Use where it was found', headings, rows }];
}

/**
 * What was found and had not been served to whoever it is marked for: only where mark keys are
 * could such a copy have been made. Stands with the answer, since it turns it round. Empty where
 * there is none.
 */
export function neverServed({ copies }: TraceAnswer, names: Names): string {
  const told = copies.flatMap(({ participant, readers, artifacts }) => {
    const missing = artifacts.filter(({ because }) => because === 'NO_COPY_YET');
    if (missing.length === 0) return [];
    const whose = [...readers, participant].map((id) => names.who(id)).join(' of ');
    return [`${missing.map(({ artifact }) => names.of(artifact)).join(', ')}: ${whose}`];
  });
  if (told.length === 0) return '';
  return (
    'Not served to whom it is marked for, by the time it was found: ' +
    `${told.join('; ')}. What is marked so was then made where the mark key is, on the issuer’s ` +
    'side, or found earlier than was recorded.'
  );
}

const USES: Readonly<Record<string, string>> = {
  permitted: 'permitted',
  not_permitted: 'not permitted',
  unknown: 'not known',
};

const REASONS: Readonly<Record<string, string>> = {
  IN_FORCE: 'a permission in force then covers this place',
  NOT_IN_FORCE: 'no permission in force then covers this place',
  NO_TEXT_IN_PRODUCTS: 'the programme’s text is kept out of products',
  NOT_ON_RECORD: 'it hangs on what is not on record',
  PERHAPS_SHIPPED: 'it could have been shipped lawfully, and taken from there',
  PERHAPS_SHARED: 'it could have been shared lawfully',
  PLACE_SAYS_NOTHING: 'the place does not say that anybody gave it away',
  NO_COPY_YET: 'no copy of it was on record for them then',
  FACTS_CHANGED: 'facts of the participant have changed since',
  POLICY_UNKNOWN: 'which policy was in force is not on record',
};
