import { TocsinError } from '../../domain/errors.ts';
import { acknowledge } from '../../participant/acknowledge.ts';
import { memoryHome } from '../../participant/home.ts';
import { fetchCopy, inbox } from '../../participant/inbox.ts';
import { join } from '../../participant/join.ts';
import { openSession, type Session } from '../../participant/session.ts';
import { verifyCopy } from '../../participant/verify-copy.ts';
import type { Firm } from './cast.ts';
import type { Stage } from './stage.ts';

/** A copy in a reader's hands. */
export type OwnCopy = {
  readonly artifact: string;
  readonly kind: string;
  /** As fetched. Dropped once it was verified. */
  file: Buffer;
  readonly content: Buffer;
  verified: boolean;
};

/** One reader at their own desk, with what `tocsin-reader` would have: keys, pins, copies. */
export type Reader = {
  readonly id: string;
  readonly participant: string;
  readonly firm: Firm;
  readonly label: string;
  readonly session: Session;
  readonly copies: OwnCopy[];
};

/** Joins with fresh keys; nobody else ever sees them. */
export async function joinAs(
  { fetch }: Stage,
  firm: Firm,
  label: string,
  invitation: string,
): Promise<Reader> {
  const session = openSession(memoryHome(label), fetch);
  const { reader, participant } = await join(session, invitation);
  return { id: reader, participant, firm, label, session, copies: [] };
}

/** Looks into the inbox and takes everything that is new there. Returns the number of copies. */
export async function takeAll(reader: Reader): Promise<number> {
  let taken = 0;
  for (const alert of await inbox(reader.session)) {
    for (const artifact of alert.artifacts) {
      if (reader.copies.some((copy) => copy.artifact === artifact.id)) continue;
      await take(reader, alert.id, artifact.id);
      taken += 1;
    }
  }
  return taken;
}

/**
 * Fetches one artifact, opens the copy with all checks that need no network, and acknowledges it with
 * a signed receipt. @throws NOT_FOUND when the artifact is not open to this reader.
 */
export async function take(reader: Reader, alert: string, artifact: string): Promise<OwnCopy> {
  const { session, copies } = reader;
  const file = await fetchCopy(session, alert, artifact);
  const { manifest, content } = await acknowledge(session, file);
  const own = {
    artifact: manifest.artifact,
    kind: manifest.kind,
    file,
    content: Buffer.from(content),
    verified: false,
  };
  copies.push(own);
  return own;
}

/**
 * Asks the ledger for the promised proof of every copy that has none yet. Returns how many there
 * were. @throws as the check that failed: an issuer that breaks its word ends the story.
 */
export async function verifyAll({ session, copies }: Reader, now: number): Promise<number> {
  let verified = 0;
  for (const copy of copies) {
    if (copy.verified) continue;
    const outcome = await verifyCopy(session, copy.file, now);
    switch (outcome.state) {
      case 'verified':
        copy.verified = true;
        copy.file = Buffer.alloc(0);
        verified += 1;
        break;
      case 'pending':
        throw new TocsinError('INTERNAL', 'verify: expected the promised time to have passed');
      case 'broken':
      case 'refused':
        throw outcome.error;
    }
  }
  return verified;
}
