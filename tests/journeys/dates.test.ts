/** One alert, several lists with clocks of their own: when each is told, and which T0 fits all. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { run } from '../../src/cli/program.ts';
import type { AlertId } from '../../src/domain/ids.ts';
import { DAY_MS, type Instant, plus } from '../../src/domain/instant.ts';
import { type Edge, fetchFrom, json, openEdge, type Seen } from '../support/edge.ts';
import { BEFORE, type House, openHouse, readPack } from '../support/house.ts';
import { quietWorld } from '../support/quiet-world.ts';
import { smallAlert } from '../support/small-alert.ts';

type Dates = {
  disclosureAt: string;
  lists: { list: string; earliest: string; latest: string; warnings: { code: string }[] }[];
  conflicts: { at: string; clocks: { list: string; code: string; field: string }[] }[];
  proposals: null | {
    candidates: { from: string; to: string; clean: boolean }[];
    conflict: null | { clocks: { list: string; field: string }[] };
  };
};

describe('dates for several lists', () => {
  let house: House;
  let edge: Edge;
  let alert: AlertId;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    ({ alert } = await smallAlert(house));
  });
  after(() => house.tearDown());

  async function ask(names: readonly string[], more: object = {}): Promise<Seen> {
    const lists = [];
    for (const name of names) {
      lists.push({ name, files: name === 'active' ? null : (await readPack(name)).files });
    }
    const token = house.tokens.approver;
    return edge.post(`/v1/alerts/${alert}/dates`, { lists, ...more }, { token, key: null });
  }

  async function dates(names: readonly string[], more: object = {}): Promise<Dates> {
    const answer = await ask(names, more);
    assert.equal(answer.status, 200, answer.body.toString());
    return json<Dates>(answer);
  }

  const text = (at: Instant) => new Date(at).toISOString().replace('.000Z', 'Z');

  test('each list has its own latest safe notice of the one T0', async () => {
    const told = await dates(['linux-distros', 'kubernetes', 'active']);
    const T0 = plus(BEFORE, 15 * DAY_MS);
    assert.equal(told.disclosureAt, text(T0));
    assert.deepEqual(
      told.lists.map(({ list, latest }) => [list, latest]),
      [
        ['linux-distros', text(plus(T0, -DAY_MS))],
        ['kubernetes', text(plus(T0, -7 * DAY_MS))],
        ['active', text(T0)],
      ],
    );
    assert.equal(told.lists[0]?.earliest, text(plus(T0, -14 * DAY_MS)));
    assert.deepEqual([told.conflicts, told.proposals], [[], null]);
  });

  test('the last possible T0 is found; a millisecond less names the conflict', async () => {
    const least = plus(BEFORE, 7 * DAY_MS);
    const lists = ['linux-distros', 'kubernetes'];
    assert.deepEqual((await dates(lists, { disclosureAt: text(least) })).conflicts, []);
    const told = await dates(lists, { disclosureAt: text(plus(least, -1)) });
    assert.deepEqual(told.lists, []);
    const [conflict] = told.conflicts;
    assert.ok(conflict);
    assert.ok(conflict.clocks.every(({ list }) => list === 'kubernetes'));
    assert.ok(conflict.clocks.some(({ field }) => field === 'timing.notice.at_least'));
  });

  test('T0s that all can have are proposed, and those without a warning are marked', async () => {
    const search = { from: text(BEFORE), to: text(plus(BEFORE, 20 * DAY_MS)) };
    const both = (await dates(['linux-distros', 'kubernetes'], { search })).proposals;
    assert.equal(both?.candidates[0]?.from, text(plus(BEFORE, 7 * DAY_MS)));
    const found = (await dates(['kubernetes'], { search })).proposals?.candidates ?? [];
    const clean = found.filter((each) => each.clean);
    assert.ok(clean.length > 0 && clean.length < found.length);
    assert.ok(clean.every(({ from, to }) => from === to && from.endsWith('T16:00:00Z')));
    const early = { from: text(BEFORE), to: text(plus(BEFORE, 6 * DAY_MS)) };
    const none = (await dates(['kubernetes'], { search: early })).proposals;
    assert.deepEqual(none?.candidates, []);
    assert.ok(none.conflict?.clocks.some(({ field }) => field === 'timing.notice.at_least'));
  });

  test('the command says it in words, with status 1 where nothing fits', async () => {
    const tocsin = async (...args: string[]) => {
      const env = { TOCSIN_TOKEN: house.tokens.approver };
      const world = quietWorld({ env, fetch: fetchFrom(edge) });
      await run(['alert', 'dates', alert, '--list', 'kubernetes', ...args], world);
      return { status: world.status(), out: world.stdout(), err: world.stderr() };
    };
    const fits = await tocsin();
    assert.equal(fits.status, 0, fits.err);
    assert.match(fits.out, /kubernetes +2025-06-\d\dT09:00:00Z +2025-06-28T09:00:00Z/);
    const soon = ['--disclosure-at', text(plus(BEFORE, 3 * DAY_MS))];
    const never = await tocsin(...soon);
    assert.equal(never.status, 1, never.err);
    assert.match(never.out, /Refused\n[\s\S]*NOTICE_TOO_LATE +timing\.notice\.at_least/);
    const to = text(plus(BEFORE, 8 * DAY_MS));
    const found = await tocsin(...soon, '--from', text(BEFORE), '--to', to);
    assert.equal(found.status, 0, found.err);
    assert.match(found.out, /T0s that all can have\n +from 2025-06-27T09:00:00Z/);
    assert.equal((await tocsin('--from', text(BEFORE))).status, 2);
  });

  test('a question changes nothing; a pack that does not compile is refused by line', async () => {
    const count = async () => {
      const { rows } = await house.context.store.issuer((tx) =>
        sql<{ n: number }>`select count(*)::int as n from event`.execute(tx),
      );
      return rows[0]?.n;
    };
    const before = await count();
    await dates(['xen']);
    const { files } = await readPack('xen');
    const broken = { ...files, 'programme.yaml': `${files['programme.yaml']}\nnonsense: 1\n` };
    const body = { lists: [{ name: 'broken', files: broken }] };
    const token = house.tokens.author;
    const answer = await edge.post(`/v1/alerts/${alert}/dates`, body, { token });
    assert.equal(answer.status, 422);
    assert.match(answer.body.toString(), /POLICY_INVALID.*programme\.yaml:\d+/);
    const long = { from: text(BEFORE), to: text(plus(BEFORE, 121 * DAY_MS)) };
    assert.equal((await ask(['xen'], { search: long })).status, 400);
    assert.equal(await count(), before);
  });
});
