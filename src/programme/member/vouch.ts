import { sha256Hex } from '../../crypto/hash.ts';
import type { ApplicationContent, Vouch } from '../../domain/application.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { ApplicationId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { EligibilitySection } from '../../policy/eligibility/section.ts';
import { applicationById, membersOf } from '../../store/application-store.ts';
import { recordEvent } from '../../store/event-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { readersOf } from '../../store/participant-reader.ts';
import { actorOf, once, type ReaderCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { answerDigest, assessStored, keepContent, openContent } from './application-record.ts';

/**
 * A member vouches for an applicant, and so says that it has looked at what its sponsor is to look
 * at. The applicant hands its sponsor the application's id; the name is what the sponsor knows.
 * @throws NOT_FOUND for another name, and for who is no active member of that programme; CONFLICT
 * where it has its sponsors, or one of them is the same member or the same human under two names.
 */
export async function vouchFor(
  context: Context,
  caller: ReaderCaller,
  id: ApplicationId,
  name: string,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ vouched: boolean }> {
  const { participant } = caller;
  return once(context, key, now, async (tx) => {
    const stored = await applicationById(tx, id);
    if (stored?.state !== 'open') throw unknown();
    const members = await membersOf(tx, stored.programme);
    const active = new Set(
      members.filter(({ standing }) => standing === 'active').map((each) => each.participant),
    );
    const content = openContent(context, stored);
    if (!active.has(participant) || content.name !== name.trim()) throw unknown();
    const own = (await readersOf(tx, participant)).find((each) => each.id === caller.id);
    const assessed = await assessStored(context, tx, stored, now, content);
    if (!own?.signKey || !assessed) throw unknown();
    const key = sha256Hex(own.signKey);
    const vouch = { member: participant, reader: caller.id, key, at: now };
    // Whose sponsor has left in between needs another one.
    const standing = content.vouches.filter(({ member }) => active.has(member));
    const vouches = withAnother(assessed.section, standing, vouch);
    const answers = lookedAt(assessed.section, id, content, vouch);
    await keepContent(context, tx, stored, { ...content, vouches, answers }, now);
    const act = { programme: stored.programme, actor: actorOf(caller), at: now };
    const data = { application: id, participant, reader: caller.id };
    await recordEvent(tx, { type: 'application_vouched', ...act, data });
    return { vouched: true };
  });
}

function withAnother(section: EligibilitySection, vouches: readonly Vouch[], one: Vouch): Vouch[] {
  const asked = section.criteria.filter(({ kind }) => kind === 'sponsor').length;
  if (vouches.length >= asked) {
    throw new TocsinError('CONFLICT', 'application: expected one that still needs a sponsor');
  }
  if (vouches.some(({ member, key }) => member === one.member || key === one.key)) {
    throw new TocsinError('CONFLICT', 'sponsor: expected another member, and another human');
  }
  return [...vouches, one];
}

function lookedAt(
  section: EligibilitySection,
  id: ApplicationId,
  { answers }: ApplicationContent,
  { reader, at }: Vouch,
): ApplicationContent['answers'] {
  const theirs = section.criteria.filter(({ evidence }) => evidence?.checkedBy === 'sponsor');
  const checked = theirs.flatMap(({ code }) => {
    const answer = answers[code];
    if (!answer?.evidence || answer.evidence.shownAt > at) return [];
    const seen = answerDigest(id, code, answer);
    const evidence = { ...answer.evidence, checkedBy: 'sponsor', by: reader, seen } as const;
    return [[code, { ...answer, evidence }] as const];
  });
  return { ...answers, ...Object.fromEntries(checked) };
}

function unknown(): TocsinError {
  return new TocsinError('NOT_FOUND', 'expected something known to the caller');
}
