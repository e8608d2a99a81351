/** What is done about participants. */
import assert from 'node:assert/strict';
import { sql } from 'kysely';
import type { InvitationId } from '../../../src/domain/embargo.ts';
import {
  CONSENTS,
  type DutyFacts,
  type Enrolment,
  INVOLVEMENTS,
  NO_PROFILE,
  STANDINGS,
  type Standing,
} from '../../../src/domain/enrolment.ts';
import { DAY_MS, HOUR_MS, type Instant, plus } from '../../../src/domain/instant.ts';
import { answerInvitation } from '../../../src/programme/alert/answer-invitation.ts';
import { changeInvolvement } from '../../../src/programme/alert/change-involvement.ts';
import { inviteToEmbargo } from '../../../src/programme/alert/invite-to-embargo.ts';
import { changeDoubt } from '../../../src/programme/member/change-participant.ts';
import { recordConsent } from '../consent.ts';
import { admit, confirmed, joinReader, REPORTS_TO_GOVERNMENT, restate, stand } from '../house.ts';
import { type Alert, type Firm, LONG_MS, lapse, wouldHold } from './model.ts';
import { TIERS } from './rules.ts';
import {
  type Act,
  type Draw,
  freshName,
  now,
  someAlert,
  someFirm,
  unlessRefused,
  type World,
} from './world.ts';

const MAX_FIRMS = 6;

export const admitFirm: Act = async ({ house, model }, draw) => {
  if (model.firms.length >= MAX_FIRMS) return null;
  const at = house.clock.now();
  const enrolment: Enrolment = {
    tier: draw.pick(TIERS),
    standing: draw.oneIn(20) ? 'applicant' : 'active',
    duty: someDuty(draw, at),
    agreement: someAgreement(draw, at),
    consentMode: draw.oneIn(4) ? 'per_alert' : 'standing',
    profile: NO_PROFILE,
  };
  const participant = await admit(house, freshName('Firm'), enrolment);
  const reader = await joinReader(house, participant);
  const name = `firm ${model.firms.length}`;
  model.firms.push({ name, reader, enrolment });
  return `admit ${name}: ${saying(enrolment)}`;
};

function someDuty(draw: Draw, at: Instant): DutyFacts {
  const far = plus(at, LONG_MS);
  const soon = plus(at, (1 + draw.below(20 * 24)) * HOUR_MS);
  const duty = { law: 'Act 7', scope: 'any', recipient: 'government', clockMs: null } as const;
  const facts = { status: 'stated', provenance: 'attested', expiresAt: far } as const;
  const none = { ...facts, duties: [] };
  const bound = { ...facts, duties: [{ ...duty, trigger: 'any_known' as const }] };
  return draw.pick<DutyFacts>([
    ...Array.from({ length: 12 }, () => none),
    { ...none, expiresAt: soon },
    { ...none, provenance: 'none' },
    bound,
    { ...bound, provenance: 'disputed' },
    { ...bound, expiresAt: soon },
    { ...REPORTS_TO_GOVERNMENT, expiresAt: far } as DutyFacts,
    { ...facts, duties: [{ ...duty, trigger: 'incident' }] },
    { status: 'unknown' },
  ]);
}

function someAgreement(draw: Draw, at: Instant): Enrolment['agreement'] {
  const inDays = (days: number) => plus(at, (1 + draw.below(days * 24)) * HOUR_MS);
  const [past, far] = [plus(at, -LONG_MS), plus(at, LONG_MS)];
  const signed = { signedAt: past, expiresAt: far };
  return draw.pick<Enrolment['agreement']>([
    ...Array.from({ length: 14 }, () => signed),
    { ...signed, signedAt: inDays(12) },
    { ...signed, expiresAt: inDays(15) },
    { ...signed, expiresAt: plus(at, -DAY_MS) },
    null,
  ]);
}

function saying({ tier, standing, duty, agreement, consentMode }: Enrolment): string {
  return JSON.stringify({ tier, standing, duty, agreement, consentMode });
}

export const changeAStanding: Act = async (world, draw) => {
  const firm = someFirm(world, draw);
  if (firm === null) return null;
  const { participant } = firm.reader.caller;
  const to = draw.oneIn(3) ? draw.pick<Standing>(['suspended', ...STANDINGS]) : 'active';
  await stand(world.house, participant, to, now(world));
  firm.enrolment = { ...firm.enrolment, standing: to };
  return `${firm.name} is ${to}`;
};

export const changeAnEnrolment: Act = async (world, draw) => {
  const firm = someFirm(world, draw);
  if (firm === null) return null;
  const { participant } = firm.reader.caller;
  const at = now(world);
  const stated = {
    ...firm.enrolment,
    ...draw.pick<() => Partial<Enrolment>>([
      () => ({ tier: draw.pick(TIERS) }),
      () => ({ duty: someDuty(draw, at) }),
      () => ({ agreement: someAgreement(draw, at) }),
      () => ({ consentMode: draw.pick(['standing', 'per_alert'] as const) }),
    ])(),
  };
  await restate(world.house, participant, stated, at);
  firm.enrolment = stated;
  return `${firm.name}: ${saying(stated)}`;
};

export const changeAConsent: Act = async (world, draw) => {
  const [firm, alert] = [someFirm(world, draw), someAlert(world, draw)];
  if (firm === null || alert === null) return null;
  const { participant } = firm.reader.caller;
  const consent = draw.oneIn(2) ? 'signatory' : draw.pick(CONSENTS);
  await recordConsent(world.house, { alert: alert.id, participant, consent }, now(world));
  alert.consents.set(firm, consent);
  alert.invited.delete(firm);
  return `${firm.name} to ${alert.name}: ${consent}`;
};

/** Facts that the rules of these packs do not turn on: everything is decided again all the same. */
export const changeSomethingElse: Act = async (world, draw) => {
  const [firm, alert] = [someFirm(world, draw), someAlert(world, draw)];
  if (firm === null || alert === null) return null;
  const { context, author, programme } = world.house;
  const { participant } = firm.reader.caller;
  const at = now(world);
  if (draw.oneIn(2)) {
    const doubted = draw.oneIn(2);
    const said = await changeDoubt(context, author, programme, participant, doubted, at);
    await confirmed(world.house, said.proposal, at);
    return `${firm.name} in doubt: ${doubted}`;
  }
  const involvement = draw.pick(INVOLVEMENTS);
  const change = { alert: alert.id, participant, involvement };
  await changeInvolvement(context, author, change, at);
  return `${firm.name} to ${alert.name}: ${involvement}`;
};

export const invite: Act = async (world, draw) => {
  const { model, house } = world;
  const alert = someAlert(world, draw);
  if (alert === null) return null;
  const asking = model.firms.filter(({ enrolment }) => enrolment.consentMode === 'per_alert');
  const one = asking.length === 0 || draw.oneIn(3) ? null : draw.pick(asking);
  const at = now(world);
  const waves = [...Object.values(alert.opening.tiers), alert.opening.t0].filter((t) => t > at);
  const next = waves.sort((a, b) => a - b)[0] ?? at;
  const deadline = draw.pick([next, next, plus(at, 2 * HOUR_MS), alert.opening.t0]);
  const participant = one?.reader.caller.participant ?? null;
  const invited = await unlessRefused(
    inviteToEmbargo(house.context, house.author, { alert: alert.id, deadline, participant }, at),
    'CONFLICT',
    'INVALID_INPUT',
    'CLOCK_DOUBT',
  );
  const asked = `invite ${one?.name ?? 'everybody'} to ${alert.name} by ${deadline - at} ms`;
  if (invited === null) return `${asked}: refused`;
  assert.ok(!model.doubted, 'invited at a time that nobody knows');
  lapse(model, at);
  for (const id of invited.invited) {
    const firm = model.firms.find(({ reader }) => reader.caller.participant === id);
    assert.ok(firm, 'invited: one of the programme');
    assert.ok(
      alert.approved && wouldHold(model, firm, alert, at),
      `${firm.name} would get nothing`,
    );
    assert.equal(firm.enrolment.consentMode, 'per_alert', `${firm.name} has consented already`);
    alert.consents.set(firm, 'invited');
    alert.invited.set(firm, { until: alert.opening.t0, deadline });
  }
  return `${asked}: ${invited.invited.length}`;
};

export const answer: Act = async (world, draw) => {
  const { model, house } = world;
  const waiting = model.alerts.flatMap((alert) =>
    [...alert.invited].map(([firm, { deadline }]) => ({ alert, firm, deadline })),
  );
  if (waiting.length === 0) return null;
  const { alert, firm, deadline } = draw.pick(waiting);
  const at = now(world);
  const word = draw.oneIn(4) ? 'decline' : 'accept';
  const reply = { invitation: await openInvitation(world, alert, firm), answer: word } as const;
  const answered = await unlessRefused(
    answerInvitation(house.context, firm.reader.caller, reply, at),
    'NOT_FOUND',
    'CLOCK_DOUBT',
  );
  const inTime = at < deadline && at < alert.opening.t0;
  const asked = firm.enrolment.consentMode === 'per_alert' && wouldHold(model, firm, alert, at);
  const expected = !model.doubted && alert.approved && inTime && asked;
  assert.equal(answered !== null, expected, `${firm.name} may answer for ${alert.name}`);
  if (answered !== null) {
    alert.consents.set(firm, word === 'accept' ? 'signatory' : 'declined');
    alert.invited.delete(firm);
  }
  return `${firm.name} says ${word} to ${alert.name}: ${expected ? 'taken' : 'refused'}`;
};

async function openInvitation({ house }: World, alert: Alert, firm: Firm): Promise<InvitationId> {
  const { rows } = await house.context.store.issuer((tx) =>
    sql<{ id: InvitationId }>`select id from embargo_invitation
      where alert_id = ${alert.id} and participant_id = ${firm.reader.caller.participant}
        and answer is null`.execute(tx),
  );
  const [row, ...others] = rows;
  assert.ok(row && others.length === 0, `one open invitation of ${firm.name} to ${alert.name}`);
  return row.id;
}
