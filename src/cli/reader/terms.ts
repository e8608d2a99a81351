import { plain } from '../../participant/plain.ts';
import type { Session } from '../../participant/session.ts';
import { ownTerms, type ShownTerms, signOwnTerms } from '../../participant/terms.ts';
import { type Desk, say } from './desk.ts';
import { EXIT, type Exit } from './help.ts';

export async function termsVerb(session: Session, desk: Desk): Promise<Exit> {
  const page = await ownTerms(session);
  const texts = page.items.map((shown) => showTerms(shown, page.officer));
  say(
    desk,
    page,
    texts.length === 0 ? 'your programmes have published no terms' : texts.join('\n'),
  );
  return EXIT.ok;
}

export async function signVerb(session: Session, hash: string, desk: Desk): Promise<Exit> {
  const { version, sha256 } = await signOwnTerms(session, hash);
  say(desk, { version, sha256 }, `version ${version} signed: the issuer answers, see notices`);
  return EXIT.ok;
}

/** Lines are kept; nothing else in the text can move the cursor. */
function showTerms(shown: ShownTerms, officer: boolean): string {
  const { version, text, clauses, validDays, sha256, signBy, signed } = shown;
  const [last] = signed;
  return [
    `version ${version}${signBy === null ? '' : `, to be signed by ${signBy}`}`,
    ...text.split('\n').map((line) => `  ${plain(line, Number.POSITIVE_INFINITY)}`),
    `  offensive use: ${clauses.noOffensiveUse ? 'none' : 'not settled'}`,
    `  at most: ${clauses.usePermissions?.join(', ') ?? 'what each alert says'}`,
    `  shared within: ${clauses.sharingLimit ?? 'not settled'}`,
    `  AI: ${clauses.aiProcessing ?? 'not settled'}`,
    `  individual copies: ${clauses.individualCopies ? 'yes' : 'not settled'}`,
    `  holds for ${validDays} days from the countersignature`,
    `  ${last === undefined ? 'not signed' : signedWords(last)}`,
    ...(officer ? [`  to sign: tocsin-reader sign ${sha256}`] : []),
  ].join('\n');
}

function signedWords({ at, answer, expiresAt }: ShownTerms['signed'][number]): string {
  const answered = answer === null ? 'not answered yet' : plain(answer);
  return `signed ${at}, ${answered}${expiresAt === null ? '' : ` until ${expiresAt}`}`;
}
