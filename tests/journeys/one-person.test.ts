/** One human with every scope, alone: each act that takes two persons is refused at the second. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { generateIdentity } from '../../src/crypto/age/keys.ts';
import type { ParticipantId } from '../../src/domain/ids.ts';
import { DAY_MS, HOUR_MS, plus } from '../../src/domain/instant.ts';
import { buildApp } from '../../src/http/app.ts';
import type { PersonCaller } from '../../src/programme/act.ts';
import { changeConsent } from '../../src/programme/alert/change-consent.ts';
import { moveDisclosure } from '../../src/programme/alert/draft-alert.ts';
import { proposeMove } from '../../src/programme/alert/move-disclosure.ts';
import { planAlert } from '../../src/programme/alert/plan-alert.ts';
import { proposeAddition } from '../../src/programme/alert/propose-addition.ts';
import { publishNow } from '../../src/programme/alert/publish-now.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import { confirmClock, guardClock } from '../../src/programme/ledger/guard-clock.ts';
import { proposeParticipant } from '../../src/programme/member/admit-participant.ts';
import { appealRefusal, apply } from '../../src/programme/member/applications.ts';
import { changeStanding } from '../../src/programme/member/change-participant.ts';
import { proposeDecision } from '../../src/programme/member/review-applications.ts';
import { appeal } from '../../src/programme/member/standing-appeals.ts';
import { proposeGrant } from '../../src/programme/people/roles.ts';
import { proposeForm } from '../../src/programme/people/second-person.ts';
import { proposePolicy } from '../../src/programme/policy/change-policy.ts';
import { changePlatform } from '../../src/programme/release/change-platform.ts';
import { proposeCustody } from '../../src/programme/trace/custody.ts';
import { bringHalf } from '../../src/programme/trace/open-mark-key.ts';
import { reportStatus } from '../../src/programme/trace/release-report.ts';
import { openSighting, runTrace } from '../../src/programme/trace/trace-leak.ts';
import type { Made } from '../support/authenticator.ts';
import { linkFor, registerAt, signInWith, type Visitor, visit } from '../support/browser-of.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import { NOTE } from '../support/forms.ts';
import {
  admit,
  confirmed,
  enrolment,
  type House,
  joinReader,
  openHouse,
  person,
  readPack,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { APPLICATION } from '../support/joining.ts';
import { halfOf, twoOfficers } from '../support/officers.ts';
import { approvedSample } from '../support/sighting.ts';
import { smallAlert } from '../support/small-alert.ts';

/** Does what comes first; gives the URL and body of the act that must be another's. */
type Row = () => Promise<readonly [url: string, body: object]>;

/** A route whose name says that it concludes what somebody began. */
const CONCLUDES = /(acceptance|approval|confirmations?|decision|halves|release)$/;

describe('one human alone', () => {
  let house: House;
  let edge: Edge;
  let solo: PersonCaller;
  let token: string;
  let visitor: Visitor;
  let made: Made;
  let firm: ParticipantId;
  let tier: ParticipantId;
  let rows: Readonly<Record<string, Row>>;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    const known = await person(house, 'Solo', [
      'author',
      'approver',
      'manager',
      'investigator',
      'operator',
    ]);
    [solo, token] = [known.caller, known.token];
    visitor = visit(house, edge);
    made = await registerAt(house, visitor, await linkFor(house, { kind: 'person', id: solo.id }));
    firm = await admit(house, 'Asked', { tier: 'validate', consentMode: 'per_alert' });
    tier = await admit(house, 'Stands', { tier: 'validate' });
    const { context, programme } = house;
    const now = () => house.clock.now();
    const begun = async () => {
      const small = await smallAlert(house);
      house.clock.set(small.firstWave);
      await house.cycle();
      return small;
    };
    const suspended = async () => {
      const change = { to: 'suspended', reason: 'other' } as const;
      const { step } = await changeStanding(context, solo, programme, tier, change, now());
      assert.ok(step);
      return step;
    };
    rows = {
      'POST /v1/alerts/:alert/approval': async () => {
        const { alert, disclosureAt } = await smallAlert(house);
        const { version } = await readAlert(context, alert);
        await moveDisclosure(context, solo, alert, version, plus(disclosureAt, DAY_MS), now());
        const { digest } = await planAlert(context, alert);
        return [`/v1/alerts/${alert}/approval`, { plan: digest }];
      },
      'POST /v1/additions/:addition/approval': async () => {
        const { alert } = await begun();
        const added = await proposeAddition(context, solo, alert, NOTE, now());
        return [`/v1/additions/${added.addition}/approval`, { digest: added.digest }];
      },
      'POST /v1/alert-changes/:proposal/approval': async () => {
        const { alert } = await smallAlert(house);
        const change = { alert, participant: firm, consent: 'signatory' } as const;
        const { proposal } = await changeConsent(context, solo, change, now());
        assert.ok(proposal);
        return [`/v1/alert-changes/${proposal.proposal}/approval`, { digest: proposal.digest }];
      },
      'POST /v1/disclosure-proposals/:proposal/approval': async () => {
        const { alert, disclosureAt } = await begun();
        const to = plus(disclosureAt, DAY_MS);
        const { proposal, digest } = await proposeMove(context, solo, alert, to, now());
        return [`/v1/disclosure-proposals/${proposal}/approval`, { digest }];
      },
      'POST /v1/alerts/:alert/publication/confirmation': async () => {
        const { alert } = await smallAlert(house);
        await publishNow(context, solo, alert, 'other', now());
        return [`/v1/alerts/${alert}/publication/confirmation`, {}];
      },
      'POST /v1/policy-proposals/:proposal/approval': async () => {
        const next = await readPack('mapp-2024');
        const { proposal, digest } = await proposePolicy(context, solo, programme, next, now());
        return [`/v1/policy-proposals/${proposal}/approval`, { digest }];
      },
      'POST /v1/programmes/:programme/platform': async () => {
        await changePlatform(context, solo, programme, 'compromised', now());
        await changePlatform(context, solo, programme, 'sound', now());
        return [`/v1/programmes/${programme}/platform`, { state: 'sound' }];
      },
      'POST /v1/member-changes/:change/decision': async () => {
        const input = { name: 'Proposed', enrolment: enrolment({ tier: 'entry' }) };
        const { proposal } = await proposeParticipant(context, solo, programme, input, now());
        const { change, digest } = proposal;
        return [`/v1/member-changes/${change}/decision`, { decision: 'confirm', digest }];
      },
      'POST /v1/standing-steps/:step/decision': async () => [
        `/v1/standing-steps/${await suspended()}/decision`,
        { decision: 'confirm' },
      ],
      'POST /v1/standing-steps/:step/appeal/decision': async () => {
        tier = await admit(house, 'Appeals', { tier: 'validate' });
        const { caller } = await joinReader(house, tier);
        const step = await suspended();
        await appeal(context, caller, step, 'Not ours.', now());
        return [`/v1/standing-steps/${step}/appeal/decision`, { outcome: 'dismissed' }];
      },
      'POST /v1/applications/:application/appeal/decision': async () => {
        const { answers: _, ...rest } = APPLICATION;
        const stated = { ...rest, answers: {} };
        const { application, code } = await apply(context, programme, stated, now());
        const refusal = {
          decision: 'refuse',
          reason: 'No.',
          tier: null,
          consentMode: 'standing',
          duty: { status: 'unknown' },
        } as const;
        const { proposal } = await proposeDecision(context, solo, application, refusal, now());
        await confirmed(house, proposal);
        await appealRefusal(context, code, 'Why?', now());
        const body = { outcome: 'granted', reason: 'Look again.' };
        return [`/v1/applications/${application}/appeal/decision`, body];
      },
      'POST /v1/sightings/:sighting/approval': async () => {
        const sample = Buffer.from('a sample');
        const { sighting } = await openSighting(context, solo, programme, sample, now());
        return [`/v1/sightings/${sighting}/approval`, {}];
      },
      'POST /v1/sightings/:sighting/release': async () => {
        const sighting = await approvedSample(house, 'nothing of ours');
        await runTrace(context, solo, sighting, now());
        const { report } = await reportStatus(context, sighting);
        return [`/v1/sightings/${sighting}/release`, { report }];
      },
      'POST /v1/custody/:custody/acceptance': async () => {
        const { recipient } = generateIdentity();
        const asked = { recipient, afterDays: 0 };
        const { id } = await proposeCustody(context, solo, programme, asked, now());
        return [`/v1/custody/${id}/acceptance`, { recipient: generateIdentity().recipient }];
      },
      'POST /v1/sightings/:sighting/halves': async () => {
        const officers = await twoOfficers(house, 0);
        const { alert, disclosureAt } = await smallAlert(house);
        house.clock.set(disclosureAt);
        await house.cycle();
        const sighting = await approvedSample(house, 'nothing of ours');
        const halves: Buffer[] = [];
        for (const each of officers) halves.push(await halfOf(house, each, alert));
        const [half, other] = halves as [Buffer, Buffer];
        await bringHalf(context, solo, sighting, { alert, half }, now());
        return [`/v1/sightings/${sighting}/halves`, { alert, half: other.toString('hex') }];
      },
      'POST /v1/second-person-changes/:change/decision': async () => {
        const wanted = { act: 'admission', form: 'one_then_veto', hours: 2 } as const;
        const { change, digest } = await proposeForm(context, solo, programme, wanted, now());
        return [`/v1/second-person-changes/${change}/decision`, { decision: 'confirm', digest }];
      },
      'POST /v1/role-grants/:grant/decision': async () => {
        const whom = { person: null, name: 'A friend' } as const;
        const { grant, digest } = await proposeGrant(context, solo, whom, ['operator'], now());
        return [`/v1/role-grants/${grant}/decision`, { decision: 'confirm', digest }];
      },
      'POST /v1/recoveries/:recovery/decision': async () => {
        const { id } = await person(house, 'Lost', ['author']);
        const asked = { kind: 'person', holder: id };
        const { recovery } = json<{ recovery: string }>(
          await visitor.post('/v1/recoveries', asked),
        );
        return [`/v1/recoveries/${recovery}/decision`, { decision: 'confirm' }];
      },
      // Last: nothing is released while the clock is doubted.
      'POST /v1/clock/confirmations': async () => {
        const wall = plus(now(), HOUR_MS);
        const reading = { wall, jumped: true, starting: false, database: async () => wall };
        await guardClock(context, reading);
        await confirmClock(context, solo, now());
        return ['/v1/clock/confirmations', {}];
      },
    };
  });
  after(() => house.tearDown());

  test('each route that concludes something has its row', async () => {
    const found: string[] = [];
    const app = buildApp(edge.deps, (one) => {
      one.addHook('onRoute', ({ method, url }) => {
        if (method === 'POST' && CONCLUDES.test(url)) found.push(`POST ${url}`);
      });
    });
    await app.ready();
    await app.close();
    const named = Object.keys(rows).filter((route) => CONCLUDES.test(route));
    assert.deepEqual(named.toSorted(), found.toSorted());
  });

  test('is refused at each, and another person is not', async () => {
    const other = await person(house, 'Other', ['approver', 'operator']);
    const elsewhere = visit(house, edge);
    const own = await linkFor(house, { kind: 'person', id: other.id });
    const theirs = await registerAt(house, elsewhere, own);
    for (const [route, first] of Object.entries(rows)) {
      await signInWith(visitor, made);
      await visitor.session();
      const [url, body] = await first();
      const signed = route.includes('/recoveries/');
      const refused = await (signed ? visitor.post(url, body) : edge.post(url, body, { token }));
      assert.equal(refused.status, 403, `${route}: ${refused.body.toString()}`);
      assert.equal(json<{ code: string }>(refused).code, 'SECOND_PERSON', route);
      await signInWith(elsewhere, theirs);
      await elsewhere.session();
      const taken = await (signed
        ? elsewhere.post(url, body)
        : edge.post(url, body, { token: other.token }));
      assert.ok(taken.status < 300, `${route}: ${taken.body.toString()}`);
    }
    await assertInvariants(house);
  });
});
