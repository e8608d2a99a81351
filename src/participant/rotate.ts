import { newId } from '../crypto/random.ts';
import type { Signer } from '../crypto/sign.ts';
import { TocsinError } from '../domain/errors.ts';
import { encodeInvitation } from '../formats/invitation.ts';
import { type KeyReport, reportSigningBytes, rotationSigningBytes } from '../formats/key-proofs.ts';
import { parseReinvited, parseRotated } from '../formats/reader-answers.ts';
import { memberApi } from './inbox.ts';
import { type MemberKey, memberKeys } from './keys.ts';
import { type KeyChoice, makeOwnKeys, type OwnKeys, signedByOpenpgp } from './own-keys.ts';
import { forgetMember, loadMember, type Member, type Session } from './session.ts';

export type { KeyReport } from '../formats/key-proofs.ts';

/**
 * Makes other keys, or takes an OpenPGP key, and brings them with a signature by the old ones. They
 * are on disk before that; the old ones stay, and open what was sealed to them. Keys of an attempt
 * that the server knows nothing of are used for the next.
 * @returns from when on copies are sealed to them, RFC 3339.
 * @throws NOT_FOUND where the participant may not; as `join`, and as `Api`.
 */
export async function rotateKeys(session: Session, choice: KeyChoice): Promise<string> {
  const member = await loadMember(session);
  const { own: known, inForce } = await ownAtServer(session, member);
  const last = member.own.at(-1);
  const unused = last !== undefined && isOf(last, choice) && !known.has(last.fingerprint);

  const { home, openpgp } = session;
  const made = unused ? last : await makeOwnKeys(home, member.own.length, choice, openpgp);
  forgetMember(session);
  const { recipient, signer } = made;
  const signed = rotationSigningBytes({
    reader: member.reader,
    replaces: inForce.fingerprint,
    recipient,
    signKey: signer.publicKey,
  });
  const byOpenpgp = await signedByOpenpgp(made, openpgp, signed);
  const api = await memberApi(session);
  const body = {
    recipient,
    signKey: signer.publicKey.toString('base64'),
    proof: signer.sign(signed).toString('base64'),
    ...(byOpenpgp === null ? {} : { openpgpProof: byOpenpgp.toString('base64') }),
    signature: inForce.signer.sign(signed).toString('base64'),
  };
  const answer = await api.postJson('/v1/keys/rotation', body, newId());
  return parseRotated(answer).opensAt;
}

/** The signing key that the server has of this reader now. @throws as `memberKeys`; KEY_WRONG. */
export async function signerInForce(session: Session): Promise<Signer> {
  return (await ownAtServer(session, await loadMember(session))).inForce.signer;
}

/** Which of this home's keys are in force, and all that the server knows of this reader's. */
async function ownAtServer(
  session: Session,
  { own, reader }: Member,
): Promise<{ inForce: OwnKeys; own: ReadonlySet<string> }> {
  const theirs = keyOf(await memberKeys(session), reader);
  const inForce = own.find((keys) => keys.fingerprint === theirs.fingerprint);
  if (inForce === undefined) {
    throw new TocsinError(
      'KEY_WRONG',
      `keys: expected one of this home in force, found ${theirs.fingerprint}: ask your issuer`,
    );
  }
  const known = own.slice(0, own.indexOf(inForce)).map((keys) => keys.fingerprint);
  return { inForce, own: new Set([...known, theirs.fingerprint, theirs.next?.fingerprint ?? '']) };
}

function isOf({ secret, recipient }: OwnKeys, choice: KeyChoice): boolean {
  if (typeof choice !== 'string') {
    return secret.kind === 'openpgp' && secret.key.primary === choice.openpgp;
  }
  return secret.kind === 'age' && recipient.startsWith('age1pq1') === (choice !== 'X25519');
}

/**
 * Says, signed, that the keys of another reader of the own participant are gone. Nothing is sealed
 * to them any more.
 * @returns an invitation for that reader, as text: it brings other keys by joining in a new home.
 * @throws NOT_FOUND for whom is none of the own participant; as `Api`.
 */
export async function reportKeys(
  session: Session,
  reader: string,
  what: KeyReport,
): Promise<string> {
  const member = await loadMember(session);
  const ring = await memberKeys(session);
  const { inForce } = await ownAtServer(session, member);
  const { fingerprint } = keyOf(ring, reader);
  const signature = inForce.signer.sign(reportSigningBytes(reader, fingerprint, what));
  const api = await memberApi(session);
  const said = { reader, what, signature: signature.toString('base64') };
  const answer = await api.postJson('/v1/keys/reports', said, newId());
  const { invitation } = parseReinvited(answer);
  return encodeInvitation({ url: member.url, invitation, keys: member.keys });
}

function keyOf({ keys }: { readonly keys: readonly MemberKey[] }, reader: string): MemberKey {
  const key = keys.find((one) => one.reader === reader);
  if (key !== undefined) return key;
  throw new TocsinError('NOT_FOUND', 'reader: expected one of your organisation that has joined');
}
