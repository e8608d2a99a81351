import type { ParticipantId, ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { standing } from '../../domain/revision.ts';
import type {
  DiffedAlert,
  DiffedParticipant,
  DiffLine,
  Effect,
  PolicyDiff,
  Relation,
} from '../../policy/diff.ts';
import type { Rescheduled } from '../../policy/next-schedule.ts';
import { type AlertRow, artifactsOf, openAlertsOf } from '../../store/alert-reader.ts';
import type { Tx } from '../../store/database.ts';
import {
  type Enrolled,
  enrolmentsPage,
  NO_RELATION,
  relationsTo,
} from '../../store/participant-reader.ts';
import { platformOf } from '../../store/platform-store.ts';
import { factsFingerprint } from '../../store/policy-store.ts';
import { activePolicyHash, policyFiles } from '../../store/programme-store.ts';
import { vulnerabilityOf } from '../alert/alert-head.ts';
import type { Context } from '../context.ts';
import { inThread } from '../thread.ts';

/** Texts of a pack's files by name. */
export type Files = Readonly<Record<string, string>>;

/** Changes told one by one, with the participant's name; all are counted. */
export type ComparedLine = DiffLine & { readonly name: string };

/** Two policies compared over what the programme is now. */
export type PolicyComparison = Omit<PolicyDiff, 'lines' | 'effects'> & {
  /** SHA-256 of either policy, and of the facts they were compared over. */
  readonly before: string;
  readonly after: string;
  readonly facts: string;
  /**
   * Whether one of the two is in shadow. What is decided does not turn on it: where sending starts,
   * all of it that is open is sent, and where it stops nothing is.
   */
  readonly sending: 'same' | 'starts' | 'stops';
  readonly at: Instant;
  readonly effects: readonly Effect[];
  /** Participants with at least one change: how many there are, and the first `MAX_LINES` lines. */
  readonly touched: number;
  readonly lines: readonly ComparedLine[];
};

/** Most lines in an answer; a longer list is counted, class by class. */
export const MAX_LINES = 2_000;

const PAGE = 500;

/** What the thread is given: data alone. */
export type Comparing = {
  readonly before: Files;
  readonly after: Files;
  /** Whether `before` is in force, so that alerts have their schedules by it. */
  readonly inForce: boolean;
  readonly alerts: readonly ComparedAlert[];
  readonly participants: readonly DiffedParticipant[];
  readonly now: Instant;
};

/** An open alert with the schedule that it has; the thread resolves that under each policy. */
export type ComparedAlert = Omit<DiffedAlert, 'before' | 'after'> &
  Pick<Rescheduled, 'schedule' | 'approved'>;

/** What it answers. */
export type Compared = Omit<PolicyDiff, 'lines'> & {
  /** SHA-256 of either policy. */
  readonly before: string;
  readonly after: string;
  readonly sending: PolicyComparison['sending'];
  readonly touched: number;
  readonly lines: readonly DiffLine[];
};

/**
 * Compares two policies over all enrolments and open alerts, from `now` on: whom a change touches,
 * before it is enacted. `before` null: the policy in force. Both are compiled in a thread: packs
 * that nobody checked take seconds.
 * @throws POLICY_INVALID for a pack that does not compile.
 */
export async function comparePolicies(
  context: Context,
  programme: ProgrammeId,
  policies: { readonly before: Files | null; readonly after: Files },
  now: Instant,
): Promise<PolicyComparison> {
  const { after } = policies;
  const gathered = await context.store.issuer(async (tx) => {
    const active = await activePolicyHash(tx, programme);
    const before = policies.before ?? (await policyFiles(tx, programme, active));
    const people = await everybody(tx, programme);
    const alerts = await openAlerts(context, tx, programme, people);
    const platform = await platformOf(tx, programme);
    return { before, alerts, people, platform, facts: await factsFingerprint(tx, programme) };
  });
  const { before, people, platform, facts } = gathered;
  const alerts = gathered.alerts.map(({ alert, artifacts, relations, vulnerability }) => ({
    ...{ alert: alert.id, artifacts, relations, vulnerability },
    ...({ assurance: 'sealed', platform } as const),
    schedule: alert.schedule,
    approved: alert.state !== 'draft',
  }));
  const inForce = policies.before === null;
  const comparing: Comparing = { before, after, inForce, alerts, participants: people, now };
  const compared = await inThread<Compared>(
    new URL('./compare-policies-thread.ts', import.meta.url),
    'policies',
    comparing,
  );
  const names = new Map(people.map(({ participant, name }) => [participant, name]));
  const lines = compared.lines.map((line) => ({
    ...line,
    name: names.get(line.participant) ?? '',
  }));
  return { ...compared, facts, at: now, lines };
}

type OpenAlert = {
  readonly alert: AlertRow;
  readonly artifacts: DiffedAlert['artifacts'];
  readonly relations: DiffedAlert['relations'];
  readonly vulnerability: DiffedAlert['vulnerability'];
};

async function openAlerts(
  context: Context,
  tx: Tx,
  programme: ProgrammeId,
  people: readonly Enrolled[],
): Promise<OpenAlert[]> {
  const doubted = new Set(people.filter((one) => one.doubted).map((one) => one.participant));
  const found: OpenAlert[] = [];
  for (const alert of await openAlertsOf(tx, programme)) {
    const artifacts = standing(await artifactsOf(tx, alert.id));
    const recorded = await relationsTo(tx, alert.id, null);
    const relations = new Map<ParticipantId, Relation>();
    for (const participant of new Set([...recorded.keys(), ...doubted])) {
      const relation = recorded.get(participant) ?? NO_RELATION;
      relations.set(participant, { ...relation, doubted: doubted.has(participant) });
    }
    const needed = artifacts.map(({ id, kind, variant, reducedBy }) => ({
      ...{ id, kind, variant, reducedBy },
    }));
    const vulnerability = await vulnerabilityOf(context, tx, alert);
    found.push({ alert, artifacts: needed, relations, vulnerability });
  }
  return found;
}

async function everybody(tx: Tx, programme: ProgrammeId): Promise<Enrolled[]> {
  const found: Enrolled[] = [];
  for (;;) {
    const page = await enrolmentsPage(tx, programme, found.at(-1)?.participant ?? null, PAGE);
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}
