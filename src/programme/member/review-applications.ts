/** Persons of the issuer look at applications: check, propose a decision, hear an appeal. */
import type { ApplicationContent, ApplicationState } from '../../domain/application.ts';
import type { ConsentMode, DutyFacts, Enrolment, Tier } from '../../domain/enrolment.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { ApplicationId, ParticipantId, ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { AppealOutcome } from '../../domain/standing.ts';
import type { Assessment } from '../../policy/eligibility/assess.ts';
import type { Criterion } from '../../policy/eligibility/section.ts';
import {
  applicationById,
  applicationsOf,
  decideStoredAppeal,
  hadPart,
  notePart,
  programmeOfApplication,
  type StoredApplication,
} from '../../store/application-store.ts';
import type { Tx } from '../../store/database.ts';
import { recordEvent } from '../../store/event-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import { requireFreeName } from '../../store/participant-writer.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';
import {
  answerDigest,
  assessStored,
  keepContent,
  openContent,
  openWords,
  rowOf,
  sponsorsIn,
} from './application-record.ts';
import { requireOpen } from './applications.ts';
import { checkEnrolment } from './check-enrolment.ts';
import { profileOf, requireAcceptable, requireNoSponsor } from './conclude-application.ts';
import { proposeMemberChange, type Waiting } from './member-change.ts';
import { encryptText } from './standing-text.ts';

export { VERDICTS } from '../../policy/eligibility/assess.ts';

/** A line of the list. */
export type ApplicationLine = {
  readonly application: ApplicationId;
  readonly name: string;
  readonly state: ApplicationState;
  readonly at: Instant;
  readonly completeAt: Instant | null;
};

/** Applications of a programme, newest first; the last 1 000. */
export async function listApplications(
  context: Context,
  programme: ProgrammeId,
): Promise<ApplicationLine[]> {
  return context.store.issuer(async (tx) =>
    (await applicationsOf(tx, programme, 'last')).map((stored) => ({
      application: stored.id,
      name: openContent(context, stored).name,
      state: stored.state,
      at: stored.at,
      completeAt: stored.completeAt,
    })),
  );
}

/** An application as persons of the issuer see it. */
export type ApplicationView = ApplicationLine & {
  readonly programme: ProgrammeId;
  readonly participant: ParticipantId;
  readonly content: ApplicationContent;
  /** What a check of an answer is bound to, by criterion: `answerDigest`. */
  readonly digests: Readonly<Record<string, string>>;
  /** What it comes to now; null: the policy in force says nothing of who may join. */
  readonly assessment: Assessment | null;
  readonly reason: string | null;
  readonly appeal: string | null;
  readonly appealOutcome: AppealOutcome | null;
  readonly appealReason: string | null;
};

/** @throws NOT_FOUND */
export async function readApplication(
  context: Context,
  id: ApplicationId,
  now: Instant,
): Promise<ApplicationView> {
  return context.store.issuer(async (tx) => {
    const stored = await requireApplication(tx, id);
    const content = openContent(context, stored);
    const assessed = await assessStored(context, tx, stored, now, content);
    const { programme, participant, state, at, completeAt, appealOutcome } = stored;
    return {
      ...{ application: id, programme, participant, state, at, completeAt, appealOutcome },
      name: content.name,
      content,
      digests: Object.fromEntries(
        Object.entries(content.answers).map(([code, each]) => [code, answerDigest(id, code, each)]),
      ),
      assessment: assessed?.assessment ?? null,
      reason: openWords(context, stored, 'reason', stored.reasonEnc),
      appeal: openWords(context, stored, 'appeal', stored.appealEnc),
      appealReason: openWords(context, stored, 'answer', stored.appealReasonEnc),
    };
  });
}

/** What a person has done about one criterion; an exception needs a reason. */
export type Check = {
  readonly criterion: string;
  readonly as: 'reviewer' | 'public_list' | 'exception';
  /** Of the answer that was looked at (`answerDigest`); null: there was none. */
  readonly digest: string | null;
  /** The end that was found of the evidence; null: as the applicant said. */
  readonly expiresAt: Instant | null;
  readonly reason: string | null;
};

/**
 * Records that a person has looked at evidence, or excuses what fails where the pack lets it.
 * It is of what that person has seen, and of nothing that the applicant shows since.
 * @throws INVALID_INPUT for a criterion that is checked by others, or lets nobody off; CONFLICT
 * where nothing was shown; APPROVAL_VOID where the answer is another by now; CONFLICT_OF_INTEREST
 * for who stands on a sponsor's side.
 */
export async function checkApplication(
  context: Context,
  caller: PersonCaller,
  id: ApplicationId,
  check: Check,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ verdict: Assessment['verdict'] | null }> {
  return once(context, key, now, async (tx) => {
    const stored = await requireApplication(tx, id);
    requireOpen(stored);
    await requireNoSponsor(context, tx, stored, [caller.id]);
    const before = openContent(context, stored);
    const { section } = (await assessStored(context, tx, stored, now, before)) ?? {};
    const criterion = section?.criteria.find(({ code }) => code === check.criterion);
    if (!criterion) throw invalid('criterion', 'one of the policy in force', 'another');
    requireSeen(id, before, check);
    const content = checked(before, criterion, check, caller);
    await keepContent(context, tx, stored, content, now);
    await notePart(tx, id, caller.id);
    const act = { programme: stored.programme, actor: actorOf(caller), at: now };
    const data = { application: id, criterion: criterion.code, as: check.as };
    await recordEvent(tx, { type: 'application_checked', ...act, data });
    const assessed = await assessStored(context, tx, stored, now, content);
    return { verdict: assessed?.assessment.verdict ?? null };
  });
}

function requireSeen(
  id: ApplicationId,
  { answers }: ApplicationContent,
  { criterion, digest }: Check,
): void {
  const answer = answers[criterion];
  if (digest === (answer === undefined ? null : answerDigest(id, criterion, answer))) return;
  const expected = 'digest: expected that of the answer as it is now; look at it again';
  throw new TocsinError('APPROVAL_VOID', expected, { field: 'digest' });
}

function checked(
  content: ApplicationContent,
  { code, evidence: rule, exceptions }: Criterion,
  { as, expiresAt, reason, digest: seen }: Check,
  { id: person }: PersonCaller,
): ApplicationContent {
  if (as === 'exception') {
    if (!exceptions) throw invalid('as', 'a check: the policy lets nobody off', as);
    if (!reason?.trim()) throw invalid('reason', 'why, in words', 'none');
    const excused = { ...content.exceptions, [code]: { approver: person, reason } };
    return { ...content, exceptions: excused };
  }
  if (rule?.checkedBy !== as) throw invalid('as', rule?.checkedBy ?? 'no check', as);
  const answer = content.answers[code];
  if (!answer?.evidence) {
    throw new TocsinError('CONFLICT', 'evidence: expected some to look at, found none');
  }
  const ends = expiresAt ?? answer.evidence.expiresAt;
  const evidence = { ...answer.evidence, checkedBy: as, by: person, expiresAt: ends, seen };
  return { ...content, answers: { ...content.answers, [code]: { ...answer, evidence } } };
}

/** What a person proposes to decide; tier and facts are of an admission. */
export type ProposedDecision = {
  readonly decision: 'accept' | 'refuse';
  /** Told to the applicant once another person has confirmed it. */
  readonly reason: string;
  readonly tier: Tier | null;
  readonly consentMode: ConsentMode;
  readonly duty: DutyFacts;
};

const MAX_REASON = 4_000;

/**
 * Proposes what becomes of an application. It is admitted, or refused, when another person confirms
 * it, and assessed again then.
 * @throws CONFLICT for one that nobody may accept as it is, and where the name is taken;
 * CONFLICT_OF_INTEREST for who stands on a sponsor's side.
 */
export async function proposeDecision(
  context: Context,
  caller: PersonCaller,
  id: ApplicationId,
  stated: ProposedDecision,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ proposal: Waiting }> {
  const { decision, reason } = stated;
  if (reason.trim() === '' || reason.length > MAX_REASON) {
    throw invalid('reason', `1 to ${MAX_REASON} characters`, reason.length);
  }
  return once(context, key, now, async (tx) => {
    const programme = await programmeOfApplication(tx, id);
    if (programme === null) throw unknownApplication();
    await lockToChange(tx, programme);
    const stored = await requireApplication(tx, id);
    requireOpen(stored);
    await requireNoSponsor(context, tx, stored, [caller.id]);
    await notePart(tx, id, caller.id);
    const change =
      decision === 'accept'
        ? await acceptance(context, tx, caller, stored, stated, now)
        : ({
            kind: 'refusal',
            participant: null,
            application: id,
            name: openContent(context, stored).name,
            reason,
          } as const);
    // Nobody on a sponsor's side confirms, refuses or vetoes it either.
    const about = sponsorsIn(openContent(context, stored));
    const proposed = proposeMemberChange(context, tx, caller, programme, change, now, { about });
    return { proposal: await proposed };
  });
}

async function acceptance(
  context: Context,
  tx: Tx,
  caller: PersonCaller,
  stored: StoredApplication,
  { reason, tier: asked, consentMode, duty }: ProposedDecision,
  now: Instant,
) {
  const assessed = await requireAcceptable(context, tx, stored, [caller.id], now);
  const { policy, section, content } = assessed;
  const { name, contact } = content;
  await requireFreeName(tx, name);
  const tier = section.joinsAt ?? asked;
  if (tier === null) throw invalid('tier', `one of ${policy.tiers.join(', ')}`, 'none');
  if (asked !== null && asked !== tier) throw invalid('tier', `${tier}, where all begin`, asked);
  const after: Enrolment = {
    ...{ tier, standing: 'active', duty, agreement: null, consentMode },
    profile: profileOf(assessed, now),
  };
  checkEnrolment(policy, after);
  const application = { id: stored.id, reason, contact };
  return { kind: 'admission', participant: stored.participant, name, after, application } as const;
}

/**
 * Decides an appeal against a refusal, as a person with no part in the application. Granted, it is
 * open again, for two persons to decide.
 * @throws SECOND_PERSON for who had part; CONFLICT_OF_INTEREST for who stands on a sponsor's side;
 * NOT_FOUND where there is no appeal; CONFLICT for one decided.
 */
export async function decideApplicationAppeal(
  context: Context,
  caller: PersonCaller,
  id: ApplicationId,
  { outcome, reason }: { readonly outcome: AppealOutcome; readonly reason: string },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ state: ApplicationState }> {
  return once(context, key, now, async (tx) => {
    const stored = await requireApplication(tx, id);
    if (stored.appealEnc === null) {
      throw new TocsinError('NOT_FOUND', 'application: expected one with an appeal');
    }
    if (await hadPart(tx, id, caller.id)) {
      throw new TocsinError(
        'SECOND_PERSON',
        'decision: expected a person who had no part in this application',
      );
    }
    await requireNoSponsor(context, tx, stored, [caller.id]);
    if (stored.appealOutcome !== null) {
      throw new TocsinError('CONFLICT', 'appeal: expected an open one, found one decided');
    }
    const reasonEnc = encryptText(context, 'reason', rowOf(id, 'answer'), reason);
    const act = { programme: stored.programme, actor: actorOf(caller), at: now };
    await decideStoredAppeal(tx, act, id, { outcome, decider: caller.id, reasonEnc });
    return { state: outcome === 'granted' ? 'open' : stored.state };
  });
}

async function requireApplication(tx: Tx, id: ApplicationId): Promise<StoredApplication> {
  const stored = await applicationById(tx, id);
  if (stored) return stored;
  throw unknownApplication();
}

function unknownApplication(): TocsinError {
  return new TocsinError('NOT_FOUND', 'application: expected one of this installation', {
    field: 'application',
  });
}
