/** What time does, and what is done about the clock. */
import assert from 'node:assert/strict';
import {
  DAY_MS,
  HOUR_MS,
  type Instant,
  MINUTE_MS,
  plus,
  SECOND_MS,
} from '../../../src/domain/instant.ts';
import { confirmClock } from '../../../src/programme/ledger/guard-clock.ts';
import { runTick } from '../../../src/programme/ledger/run-tick.ts';
import { APART_MS, SLACK_MS, turningPoints } from './model.ts';
import { type Act, cycle, now, setClock, type World } from './world.ts';

/** Time goes on: a little, or to just before, at or just after something that changes. */
export const pass: Act = async (world, draw) => {
  const at = now(world);
  const ahead = turningPoints(world.model, at).slice(0, 3);
  const toTurn = ahead.length > 0 && !draw.oneIn(3);
  const by = toTurn
    ? draw.pick([ahead[0] ?? at, ahead[0] ?? at, ...ahead]) + draw.pick([-1, 0, 0, 1]) - at
    : draw.pick([1, 500, MINUTE_MS, HOUR_MS, 9 * HOUR_MS, 2 * DAY_MS]);
  setClock(world, plus(at, Math.max(by, 1)));
  if (draw.oneIn(4)) return `${by} ms pass`;
  const starting = draw.oneIn(30);
  await cycle(world, { starting });
  return `${by} ms pass, and a cycle${starting ? ' of a process that starts' : ''}`;
};

export const look: Act = async (world) => {
  await cycle(world);
  return 'a cycle';
};

export const tick: Act = async (world) => {
  await runTick(world.house.context, now(world));
  return 'a tick';
};

/** The clock goes back, jumps, or parts from the database's: by less or more than is ordinary. */
export const slip: Act = async (world, draw) => {
  const { model } = world;
  const { highWater } = model;
  if (model.doubted || highWater === null) return null;
  const at = now(world);
  const far = draw.pick([MINUTE_MS, HOUR_MS, 3 * DAY_MS, 365 * DAY_MS]);
  const kind = draw.pick(['little', 'back', 'jump', 'apart', 'almost'] as const);
  switch (kind) {
    case 'little':
      setClock(world, plus(highWater, -SLACK_MS));
      await cycle(world);
      break;
    case 'back':
      setClock(world, plus(highWater, draw.oneIn(2) ? -SLACK_MS - 1 : -Math.min(far, 3 * DAY_MS)));
      await cycle(world);
      break;
    case 'jump':
      setClock(world, plus(at, far));
      await cycle(world, { jumped: true });
      break;
    case 'apart':
      setClock(world, plus(at, far));
      await cycle(world, { database: plus(at, far - APART_MS - 1) });
      break;
    case 'almost':
      setClock(world, plus(at, SECOND_MS));
      await cycle(world, { database: plus(at, SECOND_MS + APART_MS) });
      break;
  }
  return `the clock slips (${kind}): ${now(world) - at} ms, doubted: ${model.doubted}`;
};

/** Two persons say what time it is. */
export const confirm: Act = async (world, draw) => {
  const { model } = world;
  const { highWater } = model;
  if (!model.doubted || highWater === null) return null;
  const at = now(world);
  const right = draw.pick([
    at,
    plus(highWater, 1),
    plus(highWater, MINUTE_MS),
    plus(highWater, -HOUR_MS),
    plus(highWater, -2 * DAY_MS),
  ]);
  await confirmAt(world, right);
  return `two persons confirm: ${right - highWater} ms after the last certain time`;
};

export async function confirmAt(world: World, right: Instant): Promise<void> {
  const { model, house } = world;
  const { context, author, approver } = house;
  setClock(world, right);
  assert.deepEqual(await confirmClock(context, author, right), { confirmed: false });
  await assert.rejects(confirmClock(context, author, right), { code: 'SECOND_PERSON' });
  assert.deepEqual(await confirmClock(context, approver, right), { confirmed: true });
  model.doubted = false;
  model.highWater = right;
  model.lastAct = null;
}
