import type { Check } from '../../participant/checklist.ts';
import type { OpenedCopy } from '../../participant/open-copy.ts';
import { plain } from '../../participant/plain.ts';
import type { Member } from '../../participant/session.ts';
import { utc } from '../../participant/utc.ts';
import type { Verification } from '../../participant/verify-copy.ts';
import { showTerms } from './show-inbox.ts';
import { showOwed } from './show-obligations.ts';

/** Results as text for people. Whatever came from outside goes through `plain`. */

export function showJoined({ reader, participant, url, own }: Member, place: string): string {
  const secret = own.at(-1)?.secret;
  const openpgp = secret?.kind === 'openpgp' ? `OpenPGP key ${secret.key.primary}` : null;
  const needed = openpgp ?? 'identity.txt';
  return [
    `joined ${url}`,
    `  you are reader ${reader} of participant ${participant}`,
    `  keys in ${place}: back them up now; without ${needed} no copy of yours opens`,
  ].join('\n');
}

/** A stored or opened copy, with what its reader may do. */
export function showCopy(path: string, { manifest, content }: OpenedCopy): string {
  const { kind, variant, version, drill, tlp, usePermissions, disclosureAt } = manifest;
  const reduced = variant === 'reduced' ? ', reduced' : '';
  return [
    `${path}  ${drill ? 'DRILL: ' : ''}${kind}${reduced}, version ${version}, ` +
      `${content.length} bytes`,
    `  TLP:${tlp}, public ${utc(disclosureAt)}; you may: ${usePermissions.join(', ')}`,
    ...boundBy(manifest),
  ].join('\n');
}

/** What its reader is bound by: terms, and what is owed. */
function boundBy({ terms, obligations }: OpenedCopy['manifest']): string[] {
  return [...showTerms(terms), ...showOwed(obligations)].map((line) => `  ${line}`);
}

export function showVerification(path: string, verification: Verification): string {
  return [
    path,
    ...verification.checks.map(showCheck),
    ...('manifest' in verification ? boundBy(verification.manifest) : []),
    ...verdict(verification),
  ].join('\n');
}

function showCheck({ name, passed, detail }: Check): string {
  return `  ${passed ? '✓' : '✗'} ${name.padEnd(9)} ${plain(detail, 600)}`;
}

function verdict(verification: Verification): string[] {
  switch (verification.state) {
    case 'verified':
      return ['  verified'];
    case 'pending':
      return [`  good so far; promised until ${utc(verification.until)}: verify again after that`];
    case 'broken':
      return [
        '  PROMISE BROKEN. The issuer signed that this delivery would be in its log by then.',
        `  Promise and copy are kept in ${verification.evidence}`,
        '  1. Check the clock of this machine. 2. Verify once more. 3. Ask the issuer, and show',
        '  promise.json and the answer there to the other participants: they tell nothing of the',
        '  content, and anybody with the pinned log key can check them. Keep the folder.',
      ];
    case 'refused':
      return verification.evidence === null
        ? ['  refused: do not use this copy, and tell the issuer which check failed']
        : [
            '  refused: what the ledger shows does not fit what was signed',
            `  Kept in ${verification.evidence}: ask the issuer, and the other participants`,
          ];
  }
}
