import { sha256 } from '../crypto/hash.ts';
import { TocsinError } from '../domain/errors.ts';
import { type PinnedKeys, parseInvitation, parsePinnedKeys } from '../formats/invitation.ts';
import { joinSigningBytes } from '../formats/join-proof.ts';
import { JsonNode } from '../formats/json-node.ts';
import { parseJoined } from '../formats/reader-answers.ts';
import { parseVerifierKey } from '../ledger/verifier-key.ts';
import { openApi } from './api.ts';
import type { Home } from './home.ts';
import {
  type KeyChoice,
  loadOwnKeys,
  makeOwnKeys,
  type OwnKeys,
  signedByOpenpgp,
} from './own-keys.ts';
import { loadMembership, type Member, type Session, saveMembership } from './session.ts';

export type { KeyChoice } from './own-keys.ts';

/**
 * Redeems an invitation: makes the reader's keys, pins the issuer's as the invitation names them,
 * and keeps the token. The keys are on disk before the invitation is spent. If the process dies
 * between the server's answer and the last write, the invitation is used and the token lost: the
 * issuer has to invite again, and the next join uses the same keys.
 * @param invitation the text of docs/formats/invitation.md
 * @param choice of the key to make, or OpenPGP key to use; keys there already are used as they are
 * @param code that was told beside the invitation, where two persons of the issuer invited
 * @throws CONFLICT when this home has joined; INVALID_INPUT, KEY_INVALID when the invitation is not
 *   whole; KEY_WRONG when the server shows other keys than the invitation; NOT_FOUND when the
 *   invitation is unknown, used or expired, or without its code; as `Api`.
 */
export async function join(
  session: Session,
  invitation: string,
  choice: KeyChoice = 'X25519',
  code: string | null = null,
): Promise<Member> {
  const { home, fetch, openpgp } = session;
  const invited = parseInvitation(invitation);
  requireLogName(invited.keys);
  await refuseSecondJoin(home);
  const api = openApi(fetch, invited.url);
  requireSameKeys(invited.keys, await api.getJson('/v1/issuer'));
  const keys = await ownKeys(session, choice);
  const signed = joinSigningBytes(sha256(Buffer.from(invited.invitation)), keys.recipient);
  const byOpenpgp = await signedByOpenpgp(keys, openpgp, signed);
  const answer = await api.postJson('/v1/join', {
    invitation: invited.invitation,
    ...(code === null ? {} : { code }),
    recipient: keys.recipient,
    signKey: keys.signer.publicKey.toString('base64'),
    proof: keys.signer.sign(signed).toString('base64'),
    ...(byOpenpgp === null ? {} : { openpgpProof: byOpenpgp.toString('base64') }),
  });
  const membership = { ...parseJoined(answer), url: invited.url, keys: invited.keys };
  await saveMembership(home, membership);
  return { ...membership, own: [keys], openpgp };
}

async function refuseSecondJoin(home: Home): Promise<void> {
  const membership = await loadMembership(home);
  if (membership === null) return;
  throw new TocsinError(
    'CONFLICT',
    `${home.place}: expected a reader that has not joined, found reader ${membership.reader} ` +
      `of ${membership.url}; another reader needs another home`,
  );
}

/** The log's name is written in three places; they must be one, or checkpoints will not verify. */
function requireLogName({ origin, logVerifierKey }: PinnedKeys): void {
  const { name } = parseVerifierKey(logVerifierKey);
  if (name === origin) return;
  throw new TocsinError(
    'KEY_INVALID',
    'invitation.keys: expected a log verifier key of the name in origin, found one of another',
    { field: 'invitation.keys.origin' },
  );
}

/**
 * The invitation came another way than the server's answers. If the two disagree, one of them is
 * not the issuer's, and nothing should be sent to this server.
 */
function requireSameKeys(pinned: PinnedKeys, answer: unknown): void {
  const shown = parsePinnedKeys(new JsonNode(answer, 'issuer'));
  for (const field of ['origin', 'logVerifierKey', 'manifestKey'] as const) {
    if (shown[field] === pinned[field]) continue;
    throw new TocsinError(
      'KEY_WRONG',
      `issuer.${field}: expected the one in the invitation, found another. Do not join: ask the ` +
        'issuer, by another way than this server, which one is theirs',
      { field: `issuer.${field}` },
    );
  }
}

async function ownKeys({ home, openpgp }: Session, choice: KeyChoice): Promise<OwnKeys> {
  const [kept] = await loadOwnKeys(home);
  return kept ?? makeOwnKeys(home, 0, choice, openpgp);
}
