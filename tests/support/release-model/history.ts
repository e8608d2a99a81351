/**
 * Histories of one programme, drawn from a seed: acts, each followed by a volley of fetches, each
 * checked against the model. One that fails is cut down and told.
 */
import assert from 'node:assert/strict';
import { TocsinError } from '../../../src/domain/errors.ts';
import { plus } from '../../../src/domain/instant.ts';
import type { House } from '../house.ts';
import {
  amend,
  approveAMove,
  approveDraft,
  changePolicy,
  draft,
  happen,
  move,
  publish,
} from './alert-acts.ts';
import { checkFetches, checkNobodyForgotten, checkRecorded, endOf } from './checks.ts';
import { confirm, confirmAt, look, pass, slip, tick } from './clock-acts.ts';
import {
  admitFirm,
  answer,
  changeAConsent,
  changeAnEnrolment,
  changeAStanding,
  changeSomethingElse,
  invite,
} from './firm-acts.ts';
import {
  type Act,
  type Clock,
  cycle,
  drawing,
  newTally,
  newWorld,
  now,
  setClock,
  type Tally,
  type World,
} from './world.ts';

/** Every act, and how often it is drawn. */
const ACTS = {
  pass: [pass, 20],
  look: [look, 8],
  admit: [admitFirm, 4],
  standing: [changeAStanding, 8],
  enrolment: [changeAnEnrolment, 9],
  consent: [changeAConsent, 9],
  other: [changeSomethingElse, 2],
  invite: [invite, 9],
  answer: [answer, 7],
  draft: [draft, 9],
  amend: [amend, 2],
  approve: [approveDraft, 8],
  move: [move, 6],
  approveMove: [approveAMove, 12],
  publish: [publish, 1],
  happen: [happen, 2],
  policy: [changePolicy, 5],
  slip: [slip, 3],
  confirm: [confirm, 5],
  tick: [tick, 2],
} as const satisfies Record<string, readonly [Act, number]>;

export type ActName = keyof typeof ACTS;
export const ACT_NAMES = Object.keys(ACTS) as readonly ActName[];

const URN = ACT_NAMES.flatMap((name) => Array.from({ length: ACTS[name][1] }, () => name));
/** So that something is there to go wrong. */
const BEGINNING: readonly ActName[] = ['admit', 'admit', 'admit', 'draft', 'approve'];
const LENGTH = 80;
/** Of all that there is to ask for, what is asked for after each act. */
const SHARE = 0.35;

/** One act by its name, with the seed of its choices. */
type Step = { readonly act: ActName; readonly seed: number };

/** The history of a seed. */
export function historyOf(seed: number): readonly Step[] {
  const draw = drawing(seed);
  const drawn = Array.from({ length: LENGTH }, () => draw.pick(URN));
  return [...BEGINNING, ...drawn].map((act) => ({ act, seed: draw.uint32() }));
}

/** A history that went wrong, and after which of its acts. */
type Failure = { readonly error: unknown; readonly told: readonly string[]; readonly at: number };

/** Runs a history in a programme of its own; null: all is well. */
export async function run(
  house: House,
  clock: Clock,
  history: readonly Step[],
  tally: Tally,
): Promise<Failure | null> {
  const told: string[] = [];
  let at = 0;
  try {
    const world = await newWorld(house, clock, tally);
    try {
      await settle(world);
      for (; at < history.length; at++) {
        const step = history[at];
        assert.ok(step);
        const said = await take(world, step);
        if (said !== null) told.push(said);
      }
      await end(world);
    } finally {
      clock.doubted = world.model.doubted;
      clock.highWater = world.model.highWater;
    }
    return null;
  } catch (error) {
    return { error, told, at };
  }
}

async function take(world: World, { act, seed }: Step): Promise<string | null> {
  const [does] = ACTS[act];
  const draw = drawing(seed);
  // Mostly a little later; at times in the very instant of the act before.
  if (!draw.oneIn(4)) setClock(world, plus(now(world), 1));
  const said = await does(world, draw);
  if (said === null) return null;
  world.tally.steps += 1;
  world.tally.acts.set(act, (world.tally.acts.get(act) ?? 0) + 1);
  await check(world);
  await checkFetches(world, draw.uint32(), SHARE);
  return `${new Date(now(world)).toISOString()} ${said}`;
}

async function check(world: World): Promise<void> {
  const { model } = world;
  await checkRecorded(world);
  const at = now(world);
  if (world.cycled) checkNobodyForgotten(world);
  else model.lastAct = plus(at, Math.max(0, (model.lastAct ?? at) - at));
  world.cycled = false;
}

/** Whatever the history before did to the clock: time goes on from the latest that was certain. */
async function settle(world: World): Promise<void> {
  const { model } = world;
  const at = plus(now(world), Math.max(0, (model.highWater ?? 0) - now(world)) + 1);
  if (model.doubted) await confirmAt(world, at);
  setClock(world, at);
  await cycle(world);
  await check(world);
}

/** In the end all is disclosed, and everybody asks for everything. */
async function end(world: World): Promise<void> {
  await settle(world);
  setClock(world, plus(endOf(world), 1));
  await cycle(world);
  await check(world);
  await checkFetches(world, 0, 1);
}

/** What sort of error it is: a broken check must not be cut down to a database that is away. */
function kindOf({ error }: Failure): string {
  if (error instanceof TocsinError) return error.code;
  return error instanceof Error ? error.name : 'unknown';
}

/** Programmes that are tried before the shortest is told, and for how long. */
const MOST_TRIES = 60;
const MOST_MS = 90_000;

/** Cuts a failed history down to acts without any of which it does not fail, and tells it. */
export async function tellShortest(
  house: House,
  clock: Clock,
  history: readonly Step[],
  failure: Failure,
): Promise<string> {
  let shortest = { steps: history.slice(0, failure.at + 1), failure };
  const began = performance.now();
  const isTried = (tries: number) => tries >= MOST_TRIES || performance.now() - began > MOST_MS;
  let tries = 0;
  for (let size = shortest.steps.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from < shortest.steps.length && !isTried(tries); tries++) {
      const steps = shortest.steps.filter((_, index) => index < from || index >= from + size);
      const failed = await run(house, clock, steps, newTally());
      if (failed === null || kindOf(failed) !== kindOf(failure)) from += size;
      else shortest = { steps: steps.slice(0, failed.at + 1), failure: failed };
    }
  }
  const { steps, failure: last } = shortest;
  const [act] = last.at < steps.length ? [steps[last.at]?.act] : ['the end'];
  const error = last.error instanceof Error ? last.error.stack : String(last.error);
  return `${[...last.told, `then ${act}:`].join('\n')}\n${error}`;
}
