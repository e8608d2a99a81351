/** An organisation that asks to join: what it says, and how it follows what becomes of it. */
import { newId, randomBytes } from '../../crypto/random.ts';
import type {
  ApplicationContent,
  ApplicationState,
  CheckedEvidence,
  ShownEvidence,
  StatedAnswer,
} from '../../domain/application.ts';
import { addressOf } from '../../domain/contact.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { ApplicationId, ParticipantId, ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { FindingCode } from '../../policy/eligibility/criterion.ts';
import type {
  Criterion,
  CriterionKind,
  EligibilitySection,
} from '../../policy/eligibility/section.ts';
import type { Policy } from '../../policy/policy.ts';
import { OTHER_PRODUCT } from '../../policy/vocabulary.ts';
import {
  applicationByCode,
  countOpen,
  insertApplication,
  putAppeal,
  type StoredApplication,
} from '../../store/application-store.ts';
import type { Tx } from '../../store/database.ts';
import { recordEvent } from '../../store/event-writer.ts';
import { SYSTEM } from '../act.ts';
import type { Context } from '../context.ts';
import {
  assessStored,
  hashCode,
  keepContent,
  openContent,
  openWords,
  rowOf,
  sealContent,
} from './application-record.ts';
import { encryptText } from './standing-text.ts';

/** An answer with what is shown for it. */
export type GivenAnswer = { readonly said: StatedAnswer; readonly evidence: ShownEvidence | null };

/** An application as an organisation makes it. */
export type StatedApplication = Pick<
  ApplicationContent,
  'name' | 'contact' | 'roles' | 'products'
> & { readonly answers: Readonly<Record<string, GivenAnswer>> };

/** Strangers can leave no more than this undecided. */
const MOST_OPEN = 200;
const CODE_PREFIX = 'apply_';

/** What the policy in force asks of whoever wants to join. @throws NOT_FOUND: it takes nobody. */
export async function readCriteria(
  context: Context,
  programme: ProgrammeId,
): Promise<EligibilitySection> {
  return context.store.issuer(async (tx) => (await takingPolicy(context, tx, programme)).section);
}

async function takingPolicy(
  context: Context,
  tx: Tx,
  programme: ProgrammeId,
): Promise<{ policy: Policy; section: EligibilitySection }> {
  const policy = await context.policies.active(tx, programme);
  if (policy.eligibility === null) throw unknown();
  return { policy, section: policy.eligibility };
}

/**
 * Takes an application, complete or not. Whether the name is one that is in the programme already
 * is not told: only who decides learns it.
 * @returns its id, for whoever vouches, and the code by which it is followed, shown this once.
 * @throws NOT_FOUND for a programme that takes none; RATE_LIMITED where too many are undecided.
 */
export async function apply(
  context: Context,
  programme: ProgrammeId,
  stated: StatedApplication,
  now: Instant,
): Promise<{ application: ApplicationId; code: string }> {
  return context.store.issuer(async (tx) => {
    const { policy, section } = await takingPolicy(context, tx, programme);
    const content = contentOf(policy, section, stated, now);
    if ((await countOpen(tx, programme)) >= MOST_OPEN) {
      throw new TocsinError('RATE_LIMITED', 'applications: expected fewer that are undecided');
    }
    const application = newId<ApplicationId>();
    const code = CODE_PREFIX + randomBytes(24).toString('base64url');
    await insertApplication(
      tx,
      { programme, actor: SYSTEM, at: now },
      {
        id: application,
        participant: newId<ParticipantId>(),
        contentEnc: sealContent(context, application, content),
        codeHash: hashCode(code),
      },
    );
    await keepContent(context, tx, await requireCode(tx, code), content, now);
    return { application, code };
  });
}

function contentOf(
  policy: Policy,
  section: EligibilitySection,
  { name, contact, roles, products, answers }: StatedApplication,
  now: Instant,
): ApplicationContent {
  checkLine('name', name);
  const address = addressOf(contact);
  if (address === null) throw invalid('contact', 'a mail address', 'another text');
  for (const [i, product] of products.entries()) {
    if ([...policy.products, OTHER_PRODUCT].includes(product)) continue;
    throw invalid(`products[${i}]`, 'a product of the programme', 'another word');
  }
  return {
    name: name.trim(),
    contact: address,
    ...{ roles, products, exceptions: {}, vouches: [] },
    answers: checkedAnswers(section, answers, now),
  };
}

/** One line without anything that could move a cursor or turn what is read. */
function checkLine(field: string, text: string): void {
  if (text.trim() === '' || !/^\P{C}*$/u.test(text)) throw invalid(field, 'one line', 'other text');
}

const FORMS: Readonly<Record<CriterionKind, StatedAnswer['form'] | null>> = {
  minimum: 'number',
  must_not: 'words',
  one_of: 'words',
  attestation: 'yes',
  // A member vouches for itself: an applicant cannot say that it does.
  sponsor: null,
  not_rebuild: 'rebuild',
  role_address: 'address',
};

function checkedAnswers(
  section: EligibilitySection,
  answers: Readonly<Record<string, GivenAnswer>>,
  now: Instant,
): ApplicationContent['answers'] {
  const checked = Object.entries(answers).map(([code, { said, evidence }]) => {
    const criterion = section.criteria.find((each) => each.code === code);
    if (criterion === undefined) throw invalid('answers', 'criteria of the programme', 'another');
    const form = FORMS[criterion.kind];
    if (form === null) throw invalid(`answers.${code}`, 'nothing: a member vouches', said.form);
    if (said.form !== form) throw invalid(`answers.${code}.said.form`, form, said.form);
    return [code, { said, evidence: evidence && shown(criterion, evidence, now) }] as const;
  });
  return Object.fromEntries(checked);
}

function shown(criterion: Criterion, evidence: ShownEvidence, now: Instant): CheckedEvidence {
  const { text, link, expiresAt } = evidence;
  if (link !== null && !(URL.canParse(link) && new URL(link).protocol === 'https:')) {
    throw invalid(`answers.${criterion.code}.evidence.link`, 'an https URL', 'another text');
  }
  const checkedBy = criterion.evidence?.checkedBy === 'applicant' ? 'applicant' : null;
  return { text, link, expiresAt, shownAt: now, checkedBy, by: null, seen: null };
}

/** What is still missing of an application before anybody can accept it. */
export type Missing = {
  readonly criterion: string;
  readonly needs: 'answer' | 'evidence' | 'check' | 'vouch';
};

/** An application as its applicant sees it. */
export type OwnApplication = {
  readonly application: ApplicationId;
  readonly name: string;
  readonly state: ApplicationState;
  readonly missing: readonly Missing[];
  /** Why it was decided as it was. */
  readonly reason: string | null;
  readonly appeal: 'open' | 'granted' | 'dismissed' | null;
  readonly appealReason: string | null;
};

/**
 * What has become of an application. What of it does not hold is left to the reason of whoever
 * decides: it would tell strangers who is a member.
 * @throws NOT_FOUND for an unknown code.
 */
export async function readOwnApplication(
  context: Context,
  code: string,
  now: Instant,
): Promise<OwnApplication> {
  return context.store.issuer(async (tx) => {
    const stored = await requireCode(tx, code);
    return {
      application: stored.id,
      name: openContent(context, stored).name,
      state: stored.state,
      missing: stored.state === 'open' ? await missingOf(context, tx, stored, now) : [],
      reason: openWords(context, stored, 'reason', stored.reasonEnc),
      appeal: stored.appealEnc === null ? null : (stored.appealOutcome ?? 'open'),
      appealReason: openWords(context, stored, 'answer', stored.appealReasonEnc),
    };
  });
}

const NEEDS: Readonly<Partial<Record<FindingCode, Missing['needs']>>> = {
  UNANSWERED: 'answer',
  EVIDENCE_MISSING: 'evidence',
  EVIDENCE_EXPIRED: 'evidence',
  EVIDENCE_UNCHECKED: 'check',
};

async function missingOf(context: Context, tx: Tx, stored: StoredApplication, now: Instant) {
  const assessed = await assessStored(context, tx, stored, now);
  if (assessed === null) return [];
  const { section, assessment } = assessed;
  const sponsored = new Set(
    section.criteria.filter(({ kind }) => kind === 'sponsor').map((each) => each.code),
  );
  return assessment.findings.flatMap(({ criterion, code }): Missing[] => {
    const needs = NEEDS[code];
    if (criterion === null || needs === undefined) return [];
    return [{ criterion, needs: sponsored.has(criterion) ? 'vouch' : needs }];
  });
}

/**
 * Gives answers anew, in place of those before: what was checked of them is to be checked again.
 * @throws NOT_FOUND for an unknown code; CONFLICT for an application that was decided.
 */
export async function amendApplication(
  context: Context,
  code: string,
  answers: Readonly<Record<string, GivenAnswer>>,
  now: Instant,
): Promise<void> {
  await context.store.issuer(async (tx) => {
    const stored = await requireCode(tx, code);
    requireOpen(stored);
    const { section } = await takingPolicy(context, tx, stored.programme);
    const before = openContent(context, stored);
    // What excused an answer excuses no other one.
    const kept = Object.entries(before.exceptions).filter(([criterion]) => !(criterion in answers));
    const content = {
      ...before,
      answers: { ...before.answers, ...checkedAnswers(section, answers, now) },
      exceptions: Object.fromEntries(kept),
    };
    await keepContent(context, tx, stored, content, now);
    const act = { programme: stored.programme, actor: SYSTEM, at: now };
    const data = { application: stored.id };
    await recordEvent(tx, { type: 'application_changed', ...act, data });
  });
}

/**
 * Says what an applicant has against a refusal, once.
 * @throws NOT_FOUND for an unknown code; CONFLICT where nothing was refused, or it has appealed.
 */
export async function appealRefusal(
  context: Context,
  code: string,
  text: string,
  now: Instant,
): Promise<void> {
  await context.store.issuer(async (tx) => {
    const stored = await requireCode(tx, code);
    if (stored.state !== 'refused' || stored.appealEnc !== null) {
      throw new TocsinError('CONFLICT', 'appeal: expected a refusal that has none');
    }
    const appealEnc = encryptText(context, 'text', rowOf(stored.id, 'appeal'), text);
    const act = { programme: stored.programme, actor: SYSTEM, at: now };
    await putAppeal(tx, act, stored.id, appealEnc);
  });
}

/** @throws CONFLICT for an application that was decided. */
export function requireOpen({ state }: Pick<StoredApplication, 'state'>): void {
  if (state === 'open') return;
  throw new TocsinError('CONFLICT', 'application: expected an open one, found one decided');
}

async function requireCode(tx: Tx, code: string): Promise<StoredApplication> {
  const stored = await applicationByCode(tx, hashCode(code));
  if (stored) return stored;
  throw unknown();
}

function unknown(): TocsinError {
  return new TocsinError('NOT_FOUND', 'expected something known to the caller');
}
