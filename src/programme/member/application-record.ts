/** Applications as rules take them: opened, with names turned to members, and assessed. */

import { canonicalJson, type Json } from '../../crypto/canonical.ts';
import { decryptColumn, encryptColumn } from '../../crypto/column.ts';
import { sha256, sha256Hex } from '../../crypto/hash.ts';
import type { ApplicationContent, KeptAnswer, StatedAnswer } from '../../domain/application.ts';
import type { ApplicationId, ParticipantId, PersonId, ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Answer, Application, Roll, Said } from '../../policy/eligibility/application.ts';
import { type Assessment, assess } from '../../policy/eligibility/assess.ts';
import type { EligibilitySection } from '../../policy/eligibility/section.ts';
import type { Policy } from '../../policy/policy.ts';
import { affiliatedWith } from '../../store/affiliation-store.ts';
import {
  applicationsOf,
  membersOf,
  putContent,
  type StoredApplication,
} from '../../store/application-store.ts';
import type { Tx } from '../../store/database.ts';
import type { Context } from '../context.ts';

/** Associated data of what is encrypted of an application. */
export function rowOf(id: string, what: 'content' | 'reason' | 'appeal' | 'answer'): string {
  return `application/${id}/${what}`;
}

export function sealContent(context: Context, id: string, content: ApplicationContent): Buffer {
  const json = Buffer.from(JSON.stringify(content));
  return encryptColumn(context.keys.standings, rowOf(id, 'content'), json);
}

export function openContent(
  context: Context,
  { id, contentEnc }: Pick<StoredApplication, 'id' | 'contentEnc'>,
): ApplicationContent {
  const json = decryptColumn(context.keys.standings, rowOf(id, 'content'), contentEnc);
  return JSON.parse(json.toString()) as ApplicationContent;
}

/** A text about an application; null where there is none. */
export function openWords(
  context: Context,
  { id }: Pick<StoredApplication, 'id'>,
  what: 'reason' | 'appeal' | 'answer',
  enc: Buffer | null,
): string | null {
  if (enc === null) return null;
  return decryptColumn(context.keys.standings, rowOf(id, what), enc).toString();
}

/** What a code is found by: the code itself is kept by its applicant alone. */
export function hashCode(code: string): Buffer {
  return sha256(Buffer.from(`tocsin/application/v1\n${code}`));
}

/**
 * What somebody who checks an answer has seen of it: SHA-256, hex, over application, criterion, the
 * answer and what is shown for it. Its end is the checker's to find.
 */
export function answerDigest(
  id: ApplicationId,
  criterion: string,
  { said, evidence }: KeptAnswer,
): string {
  const { text, link, shownAt } = evidence ?? { text: null, link: null, shownAt: null };
  const seen = { application: id, criterion, said, text, link, shownAt };
  return sha256Hex(Buffer.from(canonicalJson(seen as unknown as Json)));
}

/** The members that vouch for it. */
export function sponsorsIn({ vouches }: ApplicationContent): ParticipantId[] {
  return vouches.map(({ member }) => member);
}

/** An application with what it comes to under the policy in force. */
export type Assessed = {
  readonly policy: Policy;
  readonly section: EligibilitySection;
  readonly content: ApplicationContent;
  readonly application: Application;
  readonly roll: Roll;
  readonly assessment: Assessment;
};

/** Null where the policy in force says nothing of who may join. */
export async function assessStored(
  context: Context,
  tx: Tx,
  stored: StoredApplication,
  now: Instant,
  content: ApplicationContent = openContent(context, stored),
): Promise<Assessed | null> {
  const policy = await context.policies.active(tx, stored.programme);
  const section = policy.eligibility;
  if (section === null) return null;
  const members = await membersOf(tx, stored.programme);
  const roll = { members, waiting: await turns(context, tx, stored.programme) };
  const idOf = new Map(members.map(({ name, participant }) => [folded(name), participant]));
  const partial = await affiliatedWith(tx, sponsorsIn(content));
  const application = {
    applicant: stored.participant,
    roles: content.roles,
    since: stored.completeAt ?? stored.at,
    answers: answersOf(section, stored.id, content, { idOf, partial }),
    exceptions: Object.fromEntries(
      Object.entries(content.exceptions).filter(([, { approver }]) => !partial.has(approver)),
    ),
  };
  const assessment = assess(section, application, roll, now);
  return { policy, section, content, application, roll, assessment };
}

/** Keeps what an application says from now on, and since when it has its turn for a seat. */
export async function keepContent(
  context: Context,
  tx: Tx,
  stored: StoredApplication,
  content: ApplicationContent,
  now: Instant,
): Promise<void> {
  const assessed = await assessStored(context, tx, stored, now, content);
  const verdict = assessed?.assessment.verdict;
  const complete = verdict === 'acceptable' || verdict === 'waiting';
  const completeAt = stored.completeAt ?? (complete ? now : null);
  await putContent(tx, stored.id, sealContent(context, stored.id, content), completeAt);
}

async function turns(context: Context, tx: Tx, programme: ProgrammeId): Promise<Roll['waiting']> {
  return (await applicationsOf(tx, programme, 'open')).flatMap((stored) => {
    if (stored.completeAt === null) return [];
    const { roles } = openContent(context, stored);
    return [{ applicant: stored.participant, roles, since: stored.completeAt }];
  });
}

function answersOf(
  section: EligibilitySection,
  id: ApplicationId,
  { answers, vouches }: ApplicationContent,
  known: {
    readonly idOf: ReadonlyMap<string, ParticipantId>;
    /** Who stands on the side of a sponsor, also of one that vouched after they had looked. */
    readonly partial: ReadonlySet<string>;
  },
): Record<string, Answer> {
  const given = Object.entries(answers).map(([code, answer]) => {
    const said = saidOf(answer.said, known.idOf);
    return [code, { said, evidence: checkedEvidence(id, code, answer, known.partial) }] as const;
  });
  // One member's word for each criterion that asks for one, in the pack's order.
  const sponsored = section.criteria
    .filter(({ kind }) => kind === 'sponsor')
    .flatMap(({ code }, nth) => {
      const vouch = vouches[nth];
      if (vouch === undefined) return [];
      // A pseudonym, of nobody of the issuer: who decides is held against the member.
      const person = vouch.reader as string as PersonId;
      const said = { form: 'sponsor', member: vouch.member, person } as const;
      const evidence = { shownAt: vouch.at, expiresAt: null, checkedBy: 'sponsor' } as const;
      return [[code, { said, evidence }] as const];
    });
  const all: (readonly [string, Answer])[] = [...given, ...sponsored];
  return Object.fromEntries(all);
}

/** Evidence, without a check that was of other evidence, or is by somebody who is partial. */
function checkedEvidence(
  id: ApplicationId,
  code: string,
  answer: KeptAnswer,
  partial: ReadonlySet<string>,
): KeptAnswer['evidence'] {
  const { evidence } = answer;
  if (evidence === null || evidence.checkedBy === 'applicant') return evidence;
  const isApart = evidence.by === null || !partial.has(evidence.by);
  if (isApart && evidence.seen === answerDigest(id, code, answer)) return evidence;
  return { ...evidence, checkedBy: null, by: null };
}

function saidOf(said: StatedAnswer, idOf: ReadonlyMap<string, ParticipantId>): Said {
  if (said.form !== 'rebuild') return said;
  return { form: 'rebuild', of: said.of === null ? null : (idOf.get(folded(said.of)) ?? null) };
}

function folded(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}
