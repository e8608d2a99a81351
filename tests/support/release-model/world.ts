/** A real programme and its model side by side. */
import assert from 'node:assert/strict';
import { newId } from '../../../src/crypto/random.ts';
import type { ErrorCode } from '../../../src/domain/errors.ts';
import { TocsinError } from '../../../src/domain/errors.ts';
import type { MoveId } from '../../../src/domain/ids.ts';
import { HOUR_MS, type Instant, plus } from '../../../src/domain/instant.ts';
import { createProgramme, type PackFiles } from '../../../src/programme/policy/create-programme.ts';
import { compileFiles } from '../../../src/programme/policy-shelf.ts';
import { type CycleResult, runCycle } from '../../../src/worker/worker.ts';
import { type House, readPack } from '../house.ts';
import { type Seeded, seeded } from '../seeded.ts';
import { type Alert, type Firm, lapse, look, type Model, newModel } from './model.ts';
import { BOOKS, type Book, TIERS } from './rules.ts';

/** Choices of one act, drawn from a seed of its own. */
export type Draw = Seeded & {
  pick<T>(items: readonly T[]): T;
  /** True once in `n`. */
  oneIn(n: number): boolean;
};

export function drawing(seed: number): Draw {
  const random = seeded(seed);
  return {
    ...random,
    pick<T>(items: readonly T[]): T {
      const item = items[random.below(items.length)];
      if (item === undefined) throw new RangeError('expected something to pick from');
      return item;
    },
    oneIn: (n) => random.below(n) === 0,
  };
}

/** What was done in histories so far. */
export type Tally = {
  /** Acts that found something to do, and fetches. */
  steps: number;
  served: number;
  refused: number;
  grants: number;
  readonly acts: Map<string, number>;
};

export function newTally(): Tally {
  return { steps: 0, served: 0, refused: 0, grants: 0, acts: new Map() };
}

export type World = {
  /** With the history's own programme. */
  readonly house: House;
  readonly model: Model;
  /** T0s that somebody has proposed and nobody has approved. */
  readonly tally: Tally;
  /** Grants that were checked. */
  readonly seen: Set<string>;
  /** Whether the worker has had its cycle since the last check. */
  cycled: boolean;
  readonly moves: { readonly alert: Alert; readonly id: MoveId; digest: string; to: Instant }[];
};

/** Does something and says what; null: there was nothing to do it to. */
export type Act = (world: World, draw: Draw) => Promise<string | null>;

/** Somebody who is there, or null. */
export function someFirm({ model }: World, draw: Draw): Firm | null {
  return model.firms.length === 0 ? null : draw.pick(model.firms);
}

/** An alert, mostly one under embargo. */
export function someAlert(world: World, draw: Draw): Alert | null {
  const { alerts } = world.model;
  const embargoed = alerts.filter(({ opening, approved }) => approved && opening.t0 > now(world));
  const among = draw.oneIn(4) ? alerts : embargoed;
  return among.length === 0 ? null : draw.pick(among);
}

/** A new programme in a house that others have used, under a clock that nobody doubts. */
export async function newWorld(house: House, clock: Clock, tally: Tally): Promise<World> {
  const files = await filesOf(BOOKS[0]);
  const input = { name: 'Model', readerCap: 100, policy: files };
  const programme = await createProgramme(house.context, input, house.clock.now());
  const model = newModel(clock);
  return {
    house: { ...house, programme },
    model,
    tally,
    seen: new Set(),
    cycled: false,
    moves: [],
  };
}

/** What outlasts a history: the database has one clock for all programmes. */
export type Clock = Pick<Model, 'highWater' | 'doubted'>;

export function now({ house }: Pick<World, 'house'>): Instant {
  return house.clock.now();
}

/** Sets the clock; whatever was done before was done before. */
export function setClock({ house }: World, at: Instant): void {
  house.clock.set(at);
}

/**
 * One cycle of the worker under these clocks, in programme and model. The ledger ticks when a
 * history says so.
 */
export async function cycle(
  world: World,
  seen: { database?: Instant; jumped?: boolean; starting?: boolean } = {},
): Promise<CycleResult> {
  const { model } = world;
  const wall = now(world);
  const { database = wall, jumped = false, starting = false } = seen;
  const reading = { wall, database: async () => database, jumped, starting };
  const done = await runCycle(world.house.context, reading, {
    nextTick: plus(wall, HOUR_MS),
    nextReminders: null,
  });
  // A start is doubted for what falls due meanwhile in any programme: that it may be is all we say.
  if (starting && done.doubted) model.doubted = true;
  look(model, { wall, database, jumped });
  assert.equal(done.doubted, model.doubted, 'whether the clock is doubted');
  if (!model.doubted) lapse(model, wall);
  world.cycled = true;
  return done;
}

/** What an act comes to, or null if it is refused with one of these codes. */
export async function unlessRefused<T>(
  act: Promise<T>,
  ...codes: readonly ErrorCode[]
): Promise<T | null> {
  try {
    return await act;
  } catch (error) {
    if (error instanceof TocsinError && codes.includes(error.code)) return null;
    throw error;
  }
}

/** A name that no other participant has. */
export function freshName(what: string): string {
  return `${what} ${newId()}`;
}

const shelf = new Map<Book, Promise<PackFiles>>();
const compiled = new Map<Book, ReturnType<typeof compileFiles>>();

/** The pack of a book: the shipped one with these leads, and the cell of the proof of concept. */
export function filesOf(book: Book): Promise<PackFiles> {
  const known = shelf.get(book) ?? makeFiles(book);
  shelf.set(book, known);
  return known;
}

export async function compiledFrom(book: Book): Promise<ReturnType<typeof compileFiles>> {
  const known = compiled.get(book) ?? compileFiles((await filesOf(book)).files);
  compiled.set(book, known);
  return known;
}

async function makeFiles({ pack, leadMs, late }: Book): Promise<PackFiles> {
  const { files } = await readPack(pack);
  let table = files['programme.yaml'] ?? '';
  for (const tier of TIERS) {
    table = replaced(
      table,
      new RegExp(`^  ${tier}: .*$`, 'm'),
      `  ${tier}: ${hours(leadMs[tier])}`,
    );
  }
  if (late !== null) {
    const row = new RegExp(`(^  ${late}: .*validate: )lead(, ans: )lead(, entry: )lead`, 'm');
    table = replaced(table, row, '$1T0$2T0$3T0');
  }
  return { pack, files: { ...files, 'programme.yaml': table } };
}

function hours(ms: number): string {
  return `${ms / HOUR_MS}h`;
}

function replaced(text: string, from: RegExp, to: string): string {
  assert.match(text, from);
  return text.replace(from, to);
}
