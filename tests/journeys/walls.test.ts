/** Who stands on a participant's side too has no part in its matters, on any route there is. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { newId } from '../../src/crypto/random.ts';
import type { ParticipantId } from '../../src/domain/ids.ts';
import { DAY_MS, parseInstant, plus } from '../../src/domain/instant.ts';
import { buildApp } from '../../src/http/app.ts';
import type { PersonCaller } from '../../src/programme/act.ts';
import { ABOUT_WHAT, stateAffiliation } from '../../src/programme/affiliations.ts';
import { changeConsent } from '../../src/programme/alert/change-consent.ts';
import { signTerms } from '../../src/programme/member/agreements.ts';
import { changeEnrolment, changeStanding } from '../../src/programme/member/change-participant.ts';
import { importMembers } from '../../src/programme/member/import-members.ts';
import { decideMemberChange } from '../../src/programme/member/member-change.ts';
import { stateFacts } from '../../src/programme/member/own-facts.ts';
import { proposeTransition } from '../../src/programme/member/transition-grants.ts';
import { proposeRecovery } from '../../src/programme/people/recoveries.ts';
import { openSighting, runTrace } from '../../src/programme/trace/trace-leak.ts';
import { putNamed } from '../../src/store/affiliation-store.ts';
import { lockToChange } from '../../src/store/locks.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import {
  admit,
  enrolment,
  type House,
  joinReader,
  openHouse,
  person,
  type TestReader,
} from '../support/house.ts';
import { sentStatements } from '../support/sent-statements.ts';
import { approvedSample } from '../support/sighting.ts';
import { smallAlert } from '../support/small-alert.ts';
import { nameOfficer, newestSigned, publishTerms } from '../support/terms.ts';

/** What waits to be attested. */
const NO_DUTIES = {
  duties: { items: [], expiresAt: parseInstant('2027-01-01T00:00:00Z') },
  ...{ jurisdictions: null, affiliates: null, products: null, contacts: null },
  ...{ calendar: null, maxEmbargoMs: null },
};
const ALL = ['author', 'approver', 'manager', 'investigator', 'operator'] as const;

type Route = { readonly method: 'GET' | 'POST'; readonly url: string };

describe('a person on both sides', () => {
  let house: House;
  let edge: Edge;
  let both: Awaited<ReturnType<typeof person>>;
  let firm: ParticipantId;
  let reader: TestReader;
  let ids: Readonly<Record<string, string>>;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    both = await person(house, 'On both sides', ALL);
    firm = await admit(house, 'Own firm', { tier: 'validate', consentMode: 'per_alert' });
    reader = await joinReader(house, firm);
    ids = await matters();
  });
  after(() => house.tearDown());

  /** One thing of each kind that an act can name and that is of the firm. */
  async function matters(): Promise<Record<string, string>> {
    const { context, author, programme, clock } = house;
    const now = clock.now();
    const { alert, artifact } = await smallAlert(house);
    const asked = { alert, participant: firm, consent: 'signatory' } as const;
    const { proposal } = await changeConsent(context, author, asked, now);
    assert.ok(proposal);
    const terms = await publishTerms(house);
    await nameOfficer(house, reader);
    const { signature } = await newestSigned(house, reader);
    const { agreement } = await signTerms(context, reader.caller, terms, signature, now);
    const { statement } = await stateFacts(context, reader.caller, null, NO_DUTIES, now);
    const holder = { kind: 'reader', id: reader.caller.id } as const;
    const { recovery } = await proposeRecovery(context, author, holder, now);
    const sample = Buffer.from('some text');
    const { sighting } = await openSighting(context, author, programme, sample, now);
    const changed = await changeEnrolment(
      context,
      author,
      programme,
      firm,
      enrolment({ tier: 'ans' }),
      now,
    );
    const down = { to: 'restricted', reason: 'other' } as const;
    const { step } = await changeStanding(context, author, programme, firm, down, now);
    const item = newId();
    const question = { id: item, programme_id: programme, code: 'NOT_ASKED', participant_id: firm };
    await context.store.issuer((tx) =>
      tx
        .insertInto('work_item')
        .values({
          ...{ ...question, alert_id: alert, artifact_id: null, reader_id: null },
          at: new Date(now),
        })
        .execute(),
    );
    return {
      ...{ programme, alert, artifact, item, participant: firm, reader: reader.caller.id },
      ...{ agreement, statement, recovery, sighting, change: changed.proposal?.change ?? '' },
      ...{
        proposal: proposal.proposal,
        step: step ?? '',
        announced: changed.proposal?.change ?? '',
      },
    };
  }

  const state = (token: string, who: string, participant: string = firm) =>
    edge.post(
      `/v1/programmes/${house.programme}/affiliations`,
      { participant, person: who },
      { token },
    );
  const end = (token: string) =>
    edge.post(
      `/v1/programmes/${house.programme}/affiliations/end`,
      { participant: firm, person: both.id },
      { token },
    );
  const ask = ({ method, url }: Route, token: string) => {
    const path = url.replace(/:(\w+)/g, (_, name: string) => ids[name] ?? house.programme);
    return method === 'GET' ? edge.get(path, token) : edge.post(path, {}, { token });
  };
  const refused = ({ status, body }: Awaited<ReturnType<typeof ask>>) =>
    status === 403 && body.includes('CONFLICT_OF_INTEREST');

  test('before it is stated nobody is refused for it', async () => {
    for (const route of await routesAbout(edge)) {
      assert.ok(!refused(await ask(route, both.token)), `${route.method} ${route.url}`);
    }
  });

  test('stated by the person itself, it closes every route about that participant', async () => {
    assert.equal((await state(both.token, both.id)).status, 200);
    const routes = await routesAbout(edge);
    const closed = new Set<string>();
    for (const route of routes) {
      const name = `${route.method} ${route.url}`;
      assert.ok(refused(await ask(route, both.token)), name);
      assert.ok(!refused(await ask(route, house.tokens.author)), name);
      for (const [, what = ''] of route.url.matchAll(/:(\w+)/g)) closed.add(what);
    }
    for (const what of ABOUT_WHAT) assert.ok(closed.has(what), `a route about ${what}`);
  });

  test('what names the participant in its body is closed too', async () => {
    const { alert, programme } = ids;
    const bodies = [
      [`/v1/alerts/${alert}/consents`, { participant: firm, consent: 'signatory' }],
      [`/v1/alerts/${alert}/involvements`, { participant: firm, involvement: 'reporter' }],
      [`/v1/alerts/${alert}/invitations`, { participant: firm }],
      [`/v1/alerts/${alert}/messages`, { to: firm, product: null, text: 'To ourselves.' }],
      [
        `/v1/alerts/${alert}/outside-deliveries`,
        { participant: firm, channel: 'mail', at: '2025-06-20T08:00:00Z' },
      ],
      [
        `/v1/programmes/${programme}/transition-grants`,
        {
          participants: [firm],
          accepts: ['anything'],
          expiresAt: '2025-07-20T00:00:00Z',
          reason: 'asked',
        },
      ],
    ] as const;
    for (const [url, body] of bodies) {
      assert.ok(refused(await edge.post(url, body, { token: both.token })), url);
      assert.ok(!refused(await edge.post(url, body, { token: house.tokens.author })), url);
    }
  });

  test('a list that names the firm is proposed and confirmed by others', async () => {
    const { context, programme, author, clock } = house;
    const bytes = Buffer.from('name,tier\nOwn firm,ans\n');
    const list = { format: 'csv', bytes, tier: null } as const;
    const bring = (who: PersonCaller) => importMembers(context, who, programme, list, clock.now());
    await assert.rejects(bring(both.caller), { code: 'CONFLICT_OF_INTEREST' });
    const { proposal } = await bring(author);
    assert.ok(proposal);
    const stated = { decision: 'confirm', digest: proposal.digest } as const;
    await assert.rejects(
      decideMemberChange(context, both.caller, proposal.change, stated, clock.now()),
      { code: 'CONFLICT_OF_INTEREST' },
    );
  });

  test('of a proposal that names the firm among others they veto and decide nothing', async () => {
    const { context, programme, author, clock } = house;
    const other = await admit(house, 'Beside it', { tier: 'validate' });
    const bytes = Buffer.from('name,tier\nBeside it,ans\nOwn firm,ans\n');
    const list = { format: 'csv', bytes, tier: null } as const;
    const listed = await importMembers(context, author, programme, list, clock.now());
    const stated = {
      ...{ participants: [other, firm], accepts: ['agreement'], reason: 'asked' },
      expiresAt: plus(clock.now(), DAY_MS),
    };
    const granted = await proposeTransition(context, author, programme, stated, clock.now());
    const changes = [listed.proposal?.change, granted.proposal.change];
    const routes = changes.flatMap((change) => [
      ['GET', `/v1/member-changes/${change}`],
      ['POST', `/v1/member-changes/${change}/decision`],
      ['POST', `/v1/announced/${change}/veto`],
    ]);
    routes.push(['POST', `/v1/announced/${ids['proposal']}/veto`]);
    for (const [method, url = ''] of routes) {
      const route = { method, url } as Route;
      assert.ok(refused(await ask(route, both.token)), `${method} ${url}`);
      assert.ok(!refused(await ask(route, house.tokens.author)), `${method} ${url}`);
    }
  });

  test('naming many sends what naming one does: every other text would stay prepared', async () => {
    const other = await admit(house, 'Named too', { tier: 'entry' });
    const naming = async (named: readonly ParticipantId[]) => {
      const { sent } = await sentStatements(() =>
        house.context.store.issuer((tx) => putNamed(tx, newId(), named)),
      );
      return sent.filter((text) => text.includes('proposal_names'));
    };
    const one = await naming([firm]);
    assert.equal(one.length, 1);
    assert.deepEqual(await naming([firm, other]), one);
  });

  test('neither a sample nor who held an alert is anything for them', async () => {
    const { context, programme, clock } = house;
    const samples = `/v1/programmes/${programme}/sightings`;
    const sample = Buffer.from('some text');
    assert.ok(refused(await edge.post(samples, sample, { token: both.token })));
    const held = `/v1/alerts/${ids['alert']}/exposure?before=2025-07-20T00:00:00Z`;
    assert.ok(refused(await edge.get(held, both.token)));
    assert.ok(refused(await edge.get(`/v1/alerts/${ids['alert']}/leaks`, both.token)));
    assert.equal((await edge.get(held, house.tokens.author)).status, 200);
    assert.ok(await openSighting(context, house.author, programme, sample, clock.now()));
  });

  test('whether the firm is to be looked at, and why, is not told to them', async () => {
    const reviews = `/v1/programmes/${house.programme}/reviews`;
    const due = async (token: string) =>
      json<{ items: { participant: string }[] }>(await edge.get(reviews, token)).items.map(
        ({ participant }) => participant,
      );
    assert.ok((await due(house.tokens.author)).includes(firm));
    assert.ok(!(await due(both.token)).includes(firm));
  });

  test('a way back in for one of its readers is proposed by others', async () => {
    const { context, clock } = house;
    const holder = { kind: 'reader', id: reader.caller.id } as const;
    await assert.rejects(proposeRecovery(context, both.caller, holder, clock.now()), {
      code: 'CONFLICT_OF_INTEREST',
    });
  });

  test('others than that participant are no matter of its own', async () => {
    const other = await admit(house, 'Another firm', { tier: 'entry' });
    const path = `/v1/programmes/${house.programme}/participants/${other}/standing`;
    assert.equal((await edge.get(path, both.token)).status, 200);
  });

  test('it is ended by another person only, also where the database is asked alone', async () => {
    assert.ok(refused(await end(both.token)));
    await assert.rejects(
      house.context.store.issuer((tx) =>
        sql`update affiliation set ended_by = person_id, ended_at = at`.execute(tx),
      ),
    );
    const path = `/v1/programmes/${house.programme}/affiliations`;
    const listed = json<{ items: { person: string }[] }>(await edge.get(path, both.token));
    assert.deepEqual(
      listed.items.map((item) => item.person),
      [both.id],
    );
    assert.equal((await end(house.tokens.author)).status, 200);
    const standing = `/v1/programmes/${house.programme}/participants/${firm}/standing`;
    assert.equal((await edge.get(standing, both.token)).status, 200);
  });

  test('stated again it says so, and of nobody it is not found', async () => {
    const token = house.tokens.approver;
    assert.deepEqual(json(await state(token, both.id)), { stated: true });
    assert.deepEqual(json(await state(token, both.id)), { stated: false });
    assert.equal((await state(token, reader.caller.id)).status, 404);
    assert.equal((await state(token, both.id, house.programme)).status, 404);
  });

  describe('an act that has begun', () => {
    let named: ParticipantId;
    before(async () => {
      named = await admit(house, 'Acted on', { tier: 'validate' });
    });
    const stating = (who: PersonCaller) => {
      const { context, author, programme, clock } = house;
      const about = { participant: named, person: who.id };
      return stateAffiliation(context, author, programme, about, clock.now());
    };
    const standing = () => `/v1/programmes/${house.programme}/participants/${named}/standing`;
    const asking = (token: string) => ({
      ...({ method: 'POST', url: standing() } as const),
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': newId() },
      payload: { to: 'suspended', reason: 'other' },
    });

    test('is not done by who is found to be on both sides before it is', async () => {
      const { caller, token } = await person(house, 'Found out', ALL);
      const app = buildApp(edge.deps, (one) => {
        // Past the door, and not yet at the act.
        one.addHook('preParsing', async () => {
          await stating(caller);
        });
      });
      const { statusCode, body } = await app.inject(asking(token));
      await app.close();
      assert.deepEqual([statusCode, /CONFLICT_OF_INTEREST/.test(body)], [403, true], body);
    });

    test('is over before its person is on both sides', async () => {
      const { caller, token } = await person(house, 'Overtaken', ALL);
      const { store } = house.context;
      const waiting = async () => {
        const { rows } = await store.issuer((tx) =>
          sql`select from pg_locks where locktype = 'advisory' and not granted`.execute(tx),
        );
        return rows.length;
      };
      let isStated = false;
      const { act, said } = await store.issuer(async (tx) => {
        await lockToChange(tx, house.programme);
        const begun = edge.app.inject(asking(token));
        while ((await waiting()) < 1) await setImmediate();
        const stated = stating(caller).finally(() => {
          isStated = true;
        });
        while ((await waiting()) < 2 && !isStated) await setImmediate();
        assert.equal(isStated, false, 'it waits for the act');
        return { act: () => begun, said: () => stated };
      });
      assert.equal((await act()).statusCode, 200);
      assert.deepEqual(await said(), { stated: true });
    });

    test('is no trace for who is found to be on both sides while it is made', async () => {
      const { context, author, clock } = house;
      const { caller } = await person(house, 'Looking', ALL);
      const sighting = await approvedSample(house, 'nothing of anybody');
      const found: typeof context = {
        ...context,
        reached: async (point) => {
          if (point === 'trace.read') await stating(caller);
        },
      };
      await assert.rejects(runTrace(found, caller, sighting, clock.now()), {
        code: 'CONFLICT_OF_INTEREST',
      });
      assert.ok(await runTrace(context, author, sighting, clock.now()));
    });
  });
});

/** Routes for persons that name something which is of one participant, or looks for one. */
async function routesAbout({ deps }: Edge): Promise<Route[]> {
  const found: Route[] = [];
  const app = buildApp(deps, (one) => {
    one.addHook('onRoute', ({ method, url, config }) => {
      const forPersons = (config?.audience ?? []).some((each) => each.startsWith('person:'));
      const about = ABOUT_WHAT.some((what) => `${url}/`.includes(`/:${what}/`));
      if (!forPersons || !about || (method !== 'GET' && method !== 'POST')) return;
      found.push({ method: method as 'GET', url });
    });
  });
  await app.ready();
  await app.close();
  return found;
}
