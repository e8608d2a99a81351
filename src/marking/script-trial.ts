import { TocsinError } from '../domain/errors.ts';
import type { Dropped } from './carriers/carrier.ts';
import type { BitSlot, SlotTable } from './slot-table.ts';
import { compileTable, splice } from './splice.ts';

/** What a run of the author's test command came to. `output`: SHA-256 of its stdout, hex. */
export type Outcome =
  | { readonly kind: 'ended'; readonly status: number; readonly output: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** How a script is tried. */
export type Trial = {
  /** Runs the test command on a script, apart from everything. MUST NOT reject. */
  run(script: Uint8Array): Promise<Outcome>;
  /** Whether the time for all runs together is over. */
  isOver(): boolean;
};

/** The slots that make no difference to the test, and the others with the reason. */
export type Tried = { readonly kept: readonly BitSlot[]; readonly dropped: readonly Dropped[] };

/** Most slots on neighbouring lines: they may interact, so that every combination is run. */
const MAX_GROUP = 4;

/** No Python, nor the beginning of any: a test that runs the script notices. */
const BROKEN = Buffer.from('(\n');

/**
 * Tries the bits of a script's table: the test command ends with the same status and writes the
 * same with either text of each slot, with every combination of slots on one line or on
 * neighbouring ones, and with all that are kept together. Where the master fails its test, answers
 * differently each time, or the test does not look at the script, nothing is kept: such a test
 * shows nothing.
 * @throws MARK_FAILED as `compileTable`.
 */
export async function tryScript(
  master: Uint8Array,
  table: SlotTable,
  trial: Trial,
): Promise<Tried> {
  const slots = table.slots.filter((slot): slot is BitSlot => slot.kind === 'bit');
  const authored = await trial.run(master);
  const fault = await faultOf(master, authored, trial);
  if (fault !== null) return { kept: [], dropped: slots.map((slot) => drop(master, slot, fault)) };

  const splicer = compileTable(master, { ...table, slots });
  const differs: Differs = async (flipped) => {
    const choice = Uint8Array.from(slots, (slot) => (flipped.includes(slot) ? 1 : 0));
    return differenceOf(authored, await trial.run(splice(splicer, choice, noCanary)));
  };
  const inTime: Differs = async (flipped) =>
    trial.isOver() ? 'no time left for its test' : differs(flipped);
  const [kept, dropped]: [BitSlot[], Dropped[]] = [[], []];
  for (const { near, apart } of groupsOf(master, slots)) {
    const answer = await tryTogether(master, near, inTime);
    kept.push(...answer.kept);
    dropped.push(...answer.dropped);
    const reason = `more than ${MAX_GROUP} slots on neighbouring lines`;
    dropped.push(...apart.map((slot) => drop(master, slot, reason)));
  }
  const together = kept.length > 1 ? await differs(kept) : null;
  if (together === null) return { kept, dropped };
  const refused = kept.map((slot) => drop(master, slot, `all together: ${together}`));
  return { kept: [], dropped: [...dropped, ...refused] };
}

/** What differs when the other texts of some slots stand there; null: nothing. */
type Differs = (flipped: readonly BitSlot[]) => Promise<string | null>;

/** Why the test would show nothing; null if it may show something. */
async function faultOf(
  master: Uint8Array,
  authored: Outcome,
  trial: Trial,
): Promise<string | null> {
  if (authored.kind === 'failed') return `test of the master: ${authored.reason}`;
  if (authored.status !== 0) {
    return `test of the master: expected status 0, found ${authored.status}`;
  }
  const again = differenceOf(authored, await trial.run(master));
  if (again !== null) return `test of the master, run twice: ${again}`;
  const broken = differenceOf(authored, await trial.run(BROKEN));
  return broken === null ? 'the test does not look at the script' : null;
}

function differenceOf(authored: Outcome, variant: Outcome): string | null {
  if (variant.kind === 'failed') return variant.reason;
  if (authored.kind === 'failed') return authored.reason;
  if (variant.status !== authored.status) {
    return `expected status ${authored.status}, found ${variant.status}`;
  }
  return variant.output === authored.output ? null : 'other output';
}

/** Slots with at most a line break between one and the next, and what keeps them apart. */
type Group = { readonly near: BitSlot[]; readonly apart: BitSlot[] };

/** Beyond four neighbours the fifth is left out: what follows is a group of its own. */
function groupsOf(master: Uint8Array, slots: readonly BitSlot[]): Group[] {
  const groups: Group[] = [];
  let end = 0;
  for (const slot of slots) {
    const group = groups.at(-1);
    const isNear = linesIn(master.subarray(end, slot.start)) <= 1;
    if (group === undefined || !isNear || group.apart.length > 0) {
      groups.push({ near: [slot], apart: [] });
    } else if (group.near.length < MAX_GROUP) group.near.push(slot);
    else group.apart.push(slot);
    end = slot.end;
  }
  return groups;
}

async function tryTogether(
  master: Uint8Array,
  group: readonly BitSlot[],
  differs: Differs,
): Promise<Tried> {
  const [sound, dropped]: [BitSlot[], Dropped[]] = [[], []];
  for (const slot of group) {
    const difference = await differs([slot]);
    if (difference === null) sound.push(slot);
    else dropped.push(drop(master, slot, difference));
  }
  for (const combination of combinationsOf(sound)) {
    const difference = await differs(combination);
    if (difference === null) continue;
    // One of them alone is known to make no difference.
    const reason = `together with its neighbours: ${difference}`;
    const refused = sound.slice(1).map((slot) => drop(master, slot, reason));
    return { kept: sound.slice(0, 1), dropped: [...dropped, ...refused] };
  }
  return { kept: sound, dropped };
}

/** Every set of two or more. */
function combinationsOf(slots: readonly BitSlot[]): BitSlot[][] {
  const sets = Array.from({ length: 2 ** slots.length }, (_, mask) =>
    slots.filter((_slot, index) => (mask >> index) & 1),
  );
  return sets.filter((set) => set.length > 1);
}

function drop(master: Uint8Array, { family, start }: BitSlot, reason: string): Dropped {
  return { family, what: `line ${linesIn(master.subarray(0, start)) + 1}`, reason };
}

function linesIn(bytes: Uint8Array): number {
  return bytes.reduce((lines, byte) => lines + (byte === 0x0a ? 1 : 0), 0);
}

function noCanary(): never {
  throw new TocsinError('MARK_FAILED', 'slot table: expected bits alone, found a canary');
}
