import { slotSecrets } from '../../src/marking/code.ts';
import type { KnownVersion } from '../../src/marking/extract/read-sample.ts';
import { markKey } from './leak.ts';
import { namesUnder } from './named-in.ts';
import { type RealText, realText } from './real-texts.ts';
import { seeded } from './seeded.ts';
import {
  countReads,
  readCase,
  SURVIVAL_CASES,
  type SurvivalCase,
  survivingCopy,
  survivorOf,
} from './survival.ts';
import { unrelatedTo } from './unrelated.ts';

/** What runs of one case came to, summed. */
export type Runs = {
  readonly runs: number;
  readonly slots: number;
  readonly read: number;
  /** Of the slots read, those that show another text than the sample was made of. */
  readonly wrong: number;
  /** Runs in which the true participant and nobody else is named; anybody else; anybody. */
  readonly right: number;
  readonly others: number;
  readonly named: number;
  readonly participantSlots: number;
  /** The least number of participants' slots under any key. */
  readonly fewest: number;
};

const RECIPIENTS = 1_000;

/** Keys that give the participants fewer slots than this are passed over. */
const LEAST_SLOTS = 120;

export function emptyRuns(): Runs {
  return {
    ...{ runs: 0, slots: 0, read: 0, wrong: 0, right: 0, others: 0, named: 0 },
    participantSlots: 0,
    fewest: Number.MAX_SAFE_INTEGER,
  };
}

export function addRuns(a: Runs, b: Runs): Runs {
  return {
    runs: a.runs + b.runs,
    slots: a.slots + b.slots,
    read: a.read + b.read,
    wrong: a.wrong + b.wrong,
    right: a.right + b.right,
    others: a.others + b.others,
    named: a.named + b.named,
    participantSlots: a.participantSlots + b.participantSlots,
    fewest: Math.min(a.fewest, b.fewest),
  };
}

/**
 * All cases of one text under so many keys, each with a participant drawn at random whose copy
 * leaks. With `slots` only so many of its slots are marked, spread evenly.
 */
export function runText(name: string, slots: number | null, keys: number): Map<SurvivalCase, Runs> {
  const whole = realText(name);
  const text = slots === null ? whole : thinned(whole, slots);
  const survivor = survivorOf(text, unrelatedTo(whole));
  const participants = Array.from(
    { length: RECIPIENTS },
    (_, i) => `participant-${String(i).padStart(4, '0')}`,
  );
  const tally = new Map<SurvivalCase, Runs>();
  const random = seeded(
    [...name].reduce((sum, letter) => 31 * sum + letter.charCodeAt(0), slots ?? 0),
  );
  for (let done = 0; done < keys; ) {
    const key = markKey(random);
    const participantSlots = countParticipants(text, (slot) => slotSecrets(key, slot).scope);
    if (slots === null && participantSlots < LEAST_SLOTS) continue;
    done += 1;
    const guilty = participants[random.below(RECIPIENTS)] ?? '';
    const copy = survivingCopy(survivor, key, guilty, 'desk-0');
    const authored = {
      ...copy,
      shown: new Map(Array.from(copy.shown.keys(), (slot) => [slot, 0])),
    };
    const namesIn = namesUnder(key, participants, readCase(survivor, 'verbatim', copy, random));
    for (const each of SURVIVAL_CASES) {
      const reading = readCase(survivor, each, copy, random);
      const names = namesIn(reading);
      const source = each === 'unrelated' || each === 'public' ? authored : copy;
      const run = {
        ...countReads(reading, source),
        runs: 1,
        right: names.length === 1 && names[0] === guilty ? 1 : 0,
        others: names.some((named) => named !== guilty) ? 1 : 0,
        named: names.length > 0 ? 1 : 0,
        participantSlots,
        fewest: participantSlots,
      };
      tally.set(each, addRuns(tally.get(each) ?? emptyRuns(), run));
    }
  }
  return tally;
}

function bitsOf({ table }: KnownVersion) {
  return table.slots.filter(({ kind }) => kind === 'bit');
}

function countParticipants(
  { versions }: RealText,
  scopeOf: (key: KnownVersion['table']['slots'][number]['key']) => string,
): number {
  const keys = new Map(
    versions.flatMap(bitsOf).map(({ key }) => [`${key.artifact}/${key.slot}`, key]),
  );
  return [...keys.values()].filter((key) => scopeOf(key) === 'participant').length;
}

/** The same text with fewer slots marked. */
function thinned({ name, versions }: RealText, most: number): RealText {
  const total = versions.reduce((sum, { table }) => sum + table.slots.length, 0);
  const share = (index: number) => Math.floor((index * most) / total);
  let at = 0;
  return {
    name,
    versions: versions.map(({ table, text }) => {
      const slots = table.slots.filter(() => share(++at) > share(at - 1));
      return { table: { ...table, slots }, text };
    }),
  };
}
