import { type ConsentState, type EmbargoState, NO_EMBARGO } from '../../domain/embargo.ts';
import type { Consent } from '../../domain/enrolment.ts';
import type { ParticipantId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { clock } from '../../policy/embargo/clock.ts';
import { type ConsentContext, stepConsent } from '../../policy/embargo/consent.ts';
import { consentWindowFits } from '../../policy/embargo/consent-window.ts';
import { timeline } from '../../policy/plan.ts';
import type { Policy } from '../../policy/policy.ts';
import { type AlertRow, firstApproval } from '../../store/alert-reader.ts';
import { certainlyCome } from '../../store/clock-store.ts';
import type { Tx } from '../../store/database.ts';
import {
  closeInvitation,
  consentsTo,
  type Invitation,
  openInvitationsTo,
  shortenTerms,
} from '../../store/invitation-store.ts';
import { type AlertRelation, type Enrolled, enrolmentOf } from '../../store/participant-reader.ts';
import { putConsent } from '../../store/participant-writer.ts';
import type { Context } from '../context.ts';
import { vulnerabilityOf } from './alert-head.ts';
import { type AlertFacts, factsFor, participantFacts } from './grant-due.ts';

/**
 * What consents to an alert turn on. A draft has no embargo; its approval agrees to one up to T0.
 */
export async function embargoTo(
  tx: Tx,
  policy: Policy,
  { alert, vulnerability }: Pick<AlertFacts, 'alert' | 'vulnerability'>,
): Promise<EmbargoTerms> {
  const startedAt = await firstApproval(tx, alert.id);
  const terms = { endsAt: alert.schedule.disclosureAt };
  const { fixReadyAt } = vulnerability.events;
  const embargo: EmbargoState =
    startedAt === null
      ? NO_EMBARGO
      : { ...NO_EMBARGO, status: 'active', terms: { startedAt, ...terms }, fixReadyAt };
  return { rules: policy.embargo, embargo };
}

/** What consents to one alert have in common. */
export type EmbargoTerms = Pick<ConsentContext, 'rules' | 'embargo'>;

/** When an embargo that began was over, if it is by `now`; null: it is not, or never began. */
export function embargoEnd({ rules, embargo }: EmbargoTerms, now: Instant): Instant | null {
  const { state } = clock(rules, embargo, now);
  return state.status === 'exited' ? state.at : null;
}

/**
 * A consent as the machine knows it, from its word, the newest invitation, and until when the
 * embargo lasts that it speaks of.
 */
export function consentState(
  consent: Consent,
  last: Invitation | null,
  until: Instant,
): ConsentState {
  switch (consent) {
    case 'no_embargo':
      return { consent };
    case 'invited':
      // Noted by a person, of an invitation by another way: ours has no answer to wait for.
      if (last === null || last.answer !== null) return { consent: 'no_embargo' };
      return { consent, invitation: last.id, until: last.until, deadline: last.deadline };
    case 'signatory':
    case 'lapsed':
      return { consent, until };
    case 'declined':
      if (last?.answer === 'silence') return { consent, by: 'silence' };
      return { consent, by: last?.answer === 'decline' ? 'answer' : 'withdrawal' };
  }
}

/**
 * From when on, at or after `now`, the rules would give a participant something of the alert before
 * T0 if it were a signatory; null: never. An invitation is a decided release: who would get nothing
 * is not told that there is anything to consent to.
 */
export function opensToSignatory(
  policy: Policy,
  facts: AlertFacts,
  enrolled: Pick<Enrolled, 'enrolment' | 'doubted'>,
  { involvement }: AlertRelation,
  now: Instant,
): Instant | null {
  const { artifacts, alert } = facts;
  const { disclosureAt } = alert.schedule;
  const principal = participantFacts(enrolled, { consent: 'signatory', involvement });
  const opening: Instant[] = artifacts.flatMap((artifact) => {
    const steps = timeline(policy, factsFor(facts, artifact, principal));
    return steps.flatMap(({ at, decision }, index) => {
      const { outcome } = decision;
      const ends = steps[index + 1]?.at ?? disclosureAt;
      const given = outcome === 'allow' || (outcome === 'allow_reduced' && artifact.reducedBy);
      const opens = at > now ? at : now;
      return given && opens < disclosureAt && opens < ends ? [opens] : [];
    });
  });
  return opening.sort((a, b) => a - b)[0] ?? null;
}

/**
 * What is wrong with a deadline for answers, for a participant to whom the alert opens at `opens`;
 * null: nothing. Who could have been served already is served when it answers, up to T0.
 */
export function windowFault(
  { schedule }: AlertRow,
  opens: Instant,
  deadline: Instant,
  now: Instant,
): string | null {
  const window = consentWindowFits(opens > now ? opens : schedule.disclosureAt, deadline);
  if (window.fits) return null;
  const wave = formatInstant(window.wave);
  const found = formatInstant(window.deadline);
  return `deadline: expected answers by ${wave}, when a wave opens, found the deadline ${found}`;
}

/** What becomes of one participant's consent when T0 moves, and of its open invitation. */
export type Revision = {
  readonly participant: ParticipantId;
  readonly before: Consent;
  readonly state: ConsentState;
  readonly invitation: Invitation | null;
};

/**
 * What T0 that moves makes of the consents to an alert, which has its new schedule: shorter terms
 * bind whoever accepted longer ones; of longer ones nobody is held to have seen them.
 */
export async function revisedConsents(
  context: Context,
  tx: Tx,
  alert: AlertRow,
  from: Instant,
  now: Instant,
): Promise<Revision[]> {
  const until = alert.schedule.disclosureAt;
  const policy = await context.policies.active(tx, alert.programme);
  const vulnerability = await vulnerabilityOf(context, tx, alert);
  const terms = await embargoTo(tx, policy, { alert, vulnerability });
  const open = new Map(
    (await openInvitationsTo(tx, alert.id)).map((one) => [one.participant, one]),
  );
  // Whether a deadline has come, a clock in doubt cannot say.
  const at = await certainlyCome(tx, now);
  const revisions: Revision[] = [];
  for (const [participant, before] of await consentsTo(tx, alert.id)) {
    const enrolled = await enrolmentOf(tx, alert.programme, participant);
    const invitation = open.get(participant) ?? null;
    const known = consentState(before, invitation, from);
    if (!enrolled || known.consent !== before) continue;
    const { consentMode: mode } = enrolled.enrolment;
    const event = { kind: 'revised', endsAt: until } as const;
    const { state } = stepConsent({ ...terms, mode }, known, event, at);
    revisions.push({ participant, before, state, invitation });
  }
  return revisions;
}

/**
 * T0 has moved: `revisedConsents` put in force. The caller holds the exclusive release lock, and
 * the alert has its new schedule.
 */
export async function reviseConsents(
  context: Context,
  tx: Tx,
  act: Parameters<typeof putConsent>[1],
  alert: AlertRow,
  from: Instant,
): Promise<void> {
  const revisions = await revisedConsents(context, tx, alert, from, act.at);
  for (const { participant, before, state, invitation } of revisions) {
    const { consent } = state;
    if (consent !== before) await putConsent(tx, act, { alert: alert.id, participant, consent });
    if (invitation && consent !== 'invited') {
      await closeInvitation(tx, act, invitation, silent(state) ? 'silence' : 'overtaken');
    }
  }
  await shortenTerms(tx, alert.id, alert.schedule.disclosureAt);
}

function silent(state: ConsentState): boolean {
  return state.consent === 'declined' && state.by === 'silence';
}
