import { plain } from '../participant/plain.ts';
import { facts } from './output.ts';
import { flag, list, nullable, object, real, type Told, text } from './shape.ts';

const content = {
  version: real,
  text,
  clauses: object({
    noOffensiveUse: flag,
    usePermissions: nullable(list(text)),
    sharingLimit: nullable(text),
    aiProcessing: nullable(text),
    individualCopies: flag,
  }),
  validDays: real,
  signBy: nullable(text),
};

/** Terms that are proposed. */
export const proposedTerms = object(content);

/** Terms as they were published. */
export const publishedTerms = object({ ...content, sha256: text, publishedAt: text });

export function proposedTermsText(terms: Told<typeof proposedTerms>): string {
  const { version, clauses, validDays, signBy } = terms;
  const settled = (yes: boolean) => (yes ? 'yes' : 'not settled');
  const head = facts([
    ['version', version],
    ['to be signed by', signBy ?? 'nobody who has signed before'],
    ['holds', `${validDays} days from the countersignature`],
    ['no offensive use', settled(clauses.noOffensiveUse)],
    ['permits at most', clauses.usePermissions?.join(', ') ?? 'not settled'],
    ['shared within', clauses.sharingLimit ?? 'not settled'],
    ['AI', clauses.aiProcessing ?? 'not settled'],
    ['individual copies', settled(clauses.individualCopies)],
  ]);
  const lines = terms.text.split('\n').map((line) => plain(line, Number.POSITIVE_INFINITY));
  return `${head}\n${lines.join('\n')}\n`;
}
