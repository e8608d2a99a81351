/** What members say of themselves: narrowing at once, opening by two persons alone. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Enrolment } from '../../src/domain/enrolment.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { json } from '../support/edge.ts';
import {
  admit,
  type House,
  joinReader,
  openHouse,
  REPORTS_TO_GOVERNMENT,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

const NOTHING = {
  jurisdictions: null,
  duties: null,
  affiliates: null,
  products: null,
  contacts: null,
  calendar: null,
  maxEmbargoMs: null,
};
const UNTIL = '2027-01-01T00:00:00Z';
const DUTY = REPORTS_TO_GOVERNMENT.status === 'stated' ? REPORTS_TO_GOVERNMENT.duties : [];
const DUTIES = { items: DUTY, expiresAt: UNTIL };
const NO_DUTIES = { items: [], expiresAt: UNTIL };

describe('a member’s own facts', () => {
  let house: House;
  let sides: TwoSides;
  let small: Awaited<ReturnType<typeof smallAlert>>;

  before(async () => {
    house = await openHouse();
    sides = await openTwoSides(house);
    small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await releaseDue(house.context, house.clock.now());
  });
  after(async () => {
    await sides.tearDown();
    await house.tearDown();
  });

  const firm = async (name: string, facts: Partial<Enrolment> = {}) =>
    joinReader(house, await admit(house, name, { tier: 'validate', ...facts }));
  const state = (who: TestReader, facts: object) =>
    sides.edge.post('/v1/facts', { programme: null, facts }, { by: who });
  const stated = async (who: TestReader, facts: object) => {
    const seen = await state(who, { ...NOTHING, ...facts });
    assert.equal(seen.status, 201, seen.body.toString());
    return json<{ statement: string; narrowed: boolean }>(seen);
  };
  const fetched = async (who: TestReader) => {
    const url = `/v1/inbox/${small.alert}/artifacts/${small.artifact}/copy`;
    return (await sides.edge.get(url, who.token)).status;
  };
  const onRecord = async ({ caller }: TestReader) => {
    const path = `/v1/programmes/${house.programme}/participants/${caller.participant}`;
    const seen = await sides.edge.get(path, house.tokens.author);
    return json<{
      enrolment: { duty: { status: string; duties?: object[]; provenance?: string } };
    }>(seen).enrolment;
  };

  test('a duty counts at once; that there is none counts when two attest it', async () => {
    const who = await firm('Has a duty');
    assert.equal(await fetched(who), 200);
    assert.equal((await stated(who, { duties: DUTIES })).narrowed, true);
    assert.deepEqual((await onRecord(who)).duty.duties, DUTY);
    const { statement, narrowed } = await stated(who, { duties: NO_DUTIES });
    assert.equal(narrowed, false);
    assert.deepEqual((await onRecord(who)).duty.duties, DUTY, 'its own word takes nothing back');
    const proposed = await sides.first('participant', 'attest', statement);
    assert.deepEqual((await onRecord(who)).duty.duties, DUTY, 'nor does one person’s');
    await sides.confirm(proposed);
    assert.deepEqual((await onRecord(who)).duty.duties, []);
  });

  test('of whom nothing is known, nothing opens before two have attested it', async () => {
    const who = await firm('Unknown', { duty: { status: 'unknown' } });
    const { statement, narrowed } = await stated(who, { duties: NO_DUTIES });
    assert.equal(narrowed, false);
    assert.equal((await onRecord(who)).duty.status, 'unknown');
    assert.equal(await fetched(who), 404);
    await sides.confirm(await sides.first('participant', 'attest', statement));
    assert.equal((await onRecord(who)).duty.provenance, 'attested');
    assert.equal(await fetched(who), 200, 'at once, without a wave');
  });

  test('a longer embargo never comes by its own word, a shorter one does', async () => {
    const who = await firm('Embargo');
    const length = async () => {
      const { enrolment } = json<{ enrolment: { profile: { maxEmbargoMs: number | null } } }>(
        await sides.edge.get(
          `/v1/programmes/${house.programme}/participants/${who.caller.participant}`,
          house.tokens.author,
        ),
      );
      return enrolment.profile.maxEmbargoMs;
    };
    await stated(who, { maxEmbargoMs: 5_000 });
    assert.equal(await length(), 5_000);
    assert.equal((await stated(who, { maxEmbargoMs: 9_000 })).narrowed, false);
    assert.equal(await length(), 5_000);
  });

  test('a newer statement takes the place of one that waits, for good', async () => {
    const who = await firm('Twice');
    const first = await stated(who, { jurisdictions: ['Varennia'] });
    const proposed = await sides.first('participant', 'attest', first.statement);
    await stated(who, { jurisdictions: ['Ostmark'] });
    const [, change = '', digest = ''] =
      /approve-change (\S+) --digest (\S+)/.exec(proposed.err) ?? [];
    const url = `/v1/member-changes/${change}/decision`;
    const body = { decision: 'confirm', digest };
    const refused = await sides.edge.post(url, body, { token: house.tokens.approver });
    assert.equal(refused.status, 409);
    const own = json<{ items: { state: string }[] }>(await sides.edge.get('/v1/facts', who.token));
    assert.deepEqual(
      own.items.map((each) => each.state),
      ['asserted', 'superseded'],
    );
  });

  test('nobody reads or states for another firm, and none states more than 20 a day', async () => {
    const who = await firm('Talkative');
    const other = await firm('Other');
    await stated(who, { jurisdictions: ['Varennia'] });
    assert.deepEqual(json(await sides.edge.get('/v1/facts', other.token)), { items: [] });
    const foreign = { programme: who.caller.participant, facts: NOTHING };
    const denied = await sides.edge.post('/v1/facts', foreign, { by: who });
    assert.equal(denied.status, 400);
    for (let i = 1; i < 20; i += 1) await stated(who, {});
    assert.equal((await state(who, NOTHING)).status, 429);
    assert.equal((await state(other, NOTHING)).status, 201, 'others are not locked out');
  });

  test('hostile text is data, and what is no fact is refused', async () => {
    const who = await firm('Hostile');
    const html = '<script>alert(1)</script>';
    await stated(who, { affiliates: [{ name: html, relation: 'owner' }] });
    const { out } = await sides.first('participant', 'statements', who.caller.participant);
    assert.match(
      out,
      /affiliates +\[\{"name":"<script>alert\(1\)<\/script>","relation":"owner"\}\]/,
    );
    const wrong: readonly object[] = [
      { jurisdictions: ['two\nlines'] },
      { affiliates: [{ name: 'turned \u202e', relation: 'owner' }] },
      { affiliates: [{ name: 'x', relation: 'friend' }] },
      { products: ['none of the pack'] },
      { contacts: ['Not An Address'] },
      { calendar: 'unknown' },
      { duties: { items: [{ ...DUTY[0], trigger: 'whenever' }], expiresAt: UNTIL } },
      { maxEmbargoMs: -1 },
      { tier: 'validate' },
      { standing: 'active' },
    ];
    for (const each of wrong) {
      assert.equal((await state(who, { ...NOTHING, ...each })).status, 400, JSON.stringify(each));
    }
  });

  test('both sides by their programs', async () => {
    const id = await admit(house, 'By programs', { duty: { status: 'unknown' } });
    const invited = await sides.first('participant', 'invite', id, '--label', 'desk');
    assert.equal((await sides.reader('desk', 'join', invited.out.trim())).status, 0);
    const file = join(sides.folder, 'facts.json');
    const facts = { duties: NO_DUTIES, jurisdictions: ['Varennia'], contacts: ['psirt@x.example'] };
    await writeFile(file, JSON.stringify(facts));
    const said = await sides.reader('desk', 'facts', file);
    assert.match(said.out, /stated: it counts when the issuer has attested it/);
    assert.match((await sides.second('work', 'list')).out, /a member states facts of its own/);
    const { out } = await sides.first('participant', 'statements', id);
    const [, statement = ''] = /^(\S{36})$/m.exec(out) ?? [];
    await sides.confirm(await sides.first('participant', 'attest', statement));
    assert.match((await sides.reader('desk', 'facts')).out, / {2}attested\n$/);
    await sides.reader('desk', 'facts', file);
    const again = (await sides.first('participant', 'statements', id)).out;
    const [, second = ''] = /^(\S{36})$/m.exec(again) ?? [];
    assert.equal((await sides.first('participant', 'refuse-facts', second)).out, 'Refused\n');
    await assertInvariants(house);
  });
});
