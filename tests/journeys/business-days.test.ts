/** A programme whose lead is in business days, of a calendar that names the years it is for. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DAY_MS, type Instant, parseInstant, plus } from '../../src/domain/instant.ts';
import { waves } from '../../src/domain/schedule.ts';
import { approveMove, proposeMove } from '../../src/programme/alert/move-disclosure.ts';
import { publishNow } from '../../src/programme/alert/publish-now.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import { activateProposal, proposePolicy } from '../../src/programme/policy/change-policy.ts';
import type { PackFiles } from '../../src/programme/policy/create-programme.ts';
import { type House, openHouse, readPack } from '../support/house.ts';
import { smallAlert } from '../support/small-alert.ts';

/**
 * `openstack` with a lead of so many business days, a calendar from so early on, and no bound of
 * how early somebody may be told.
 */
async function packOf(days: number, from = 2025): Promise<PackFiles> {
  const { pack, files } = await readPack('openstack');
  const { 'programme.yaml': table = '', 'invariants.cedar': _, ...others } = files;
  const covered = table
    .replace('stakeholders: 14d', `stakeholders: ${days}bd 15:00 UTC`)
    .replace('covers: 2025', `covers: ${from}`)
    .replace(', at_most: 10bd', '');
  const lines = covered.split('\n').filter((line) => from <= 2025 || !/^ *2025-/.test(line));
  return { pack, files: { ...others, 'programme.yaml': lines.join('\n') } };
}

describe('leads in business days', () => {
  let house: House;

  before(async () => {
    // Fifteen days later it is a Tuesday, at the hour that the pack asks for.
    house = await openHouse({
      pack: await packOf(10),
      start: parseInstant('2025-06-23T15:00:00Z'),
    });
  });
  after(() => house.tearDown());

  const now = (): Instant => house.clock.now();

  test('T0 moves under way, and the lead is counted in the calendar again', async () => {
    const { context, author, approver } = house;
    const { alert } = await smallAlert(house);
    const { schedule } = await readAlert(context, alert);
    house.clock.set(waves(schedule)[0] ?? schedule.disclosureAt);
    await house.cycle();
    // To the first days of 2026: Christmas and New Year are among the ten days.
    const to = plus(schedule.disclosureAt, 26 * 7 * DAY_MS);
    const { proposal, digest } = await proposeMove(context, author, alert, to, now());
    await approveMove(context, approver, proposal, digest, now());
    const moved = await readAlert(context, alert);
    const lead = to - (moved.schedule.opensAt['stakeholders'] ?? 0);
    assert.ok(lead > 15 * DAY_MS, `holidays are in the lead, found ${lead / DAY_MS} days`);
    house.clock.set(to);
    await house.cycle();
  });

  test('a calendar without the years of disclosed alerts is in the way of no policy', async () => {
    const { context, author, approver, programme } = house;
    house.clock.set(parseInstant('2026-03-02T15:00:00Z'));
    const open = await smallAlert(house);
    const ended = await smallAlert(house);
    await publishNow(context, author, ended.alert, 'exploited', now());
    house.clock.set(plus(now(), 1));
    const next = await packOf(8, 2026);
    const { proposal, digest } = await proposePolicy(context, author, programme, next, now());
    await activateProposal(context, approver, proposal, digest, now());
    const { schedule } = await readAlert(context, open.alert);
    assert.equal(schedule.opensAt['stakeholders'], parseInstant('2026-03-05T15:00:00Z'));
    const { schedule: over } = await readAlert(context, ended.alert);
    assert.deepEqual(waves(over), [over.disclosureAt], 'what is disclosed has no lead to come');
  });
});
