import type { Decision } from '../../domain/decision.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import { decideLoaded, REFUSED_DECISION } from '../decide.ts';
import { programsFor } from '../engine.ts';
import type { Policy } from '../policy.ts';
import type { PrincipalType, Row } from '../request.ts';
import { type Attribute, NEVER, SLOT, type Vocabulary } from '../vocabulary.ts';
import { FACT } from './dimensions.ts';
import type { Moment } from './moments.ts';
import { type Closest, factsIn } from './solve.ts';
import type { Setting } from './world.ts';

/** One request that shows something, and how far from ordinary it is. */
export type Witness = {
  readonly type: PrincipalType;
  readonly row: Row;
  readonly cost: number;
  /** Slots to be shown: facts that are not ordinary, and waves that do not stand as planned. */
  readonly shown: ReadonlySet<number>;
};

/** The request of a setting and a moment with these facts. */
export function witnessOf(
  { vocabulary }: { readonly vocabulary: Vocabulary },
  { type }: Setting,
  row: Row,
  moment: Moment,
  { facts, cost }: Closest,
): Witness {
  const copy = Float64Array.from(row);
  const shown = new Set<number>();
  for (const { slot, value } of factsIn(facts)) {
    copy[slot] = value.value;
    if (value.cost >= FACT || isWave(vocabulary, slot)) shown.add(slot);
  }
  return { type, row: copy, cost: cost + moment.cost, shown };
}

function isWave({ leadSlot, leads }: Vocabulary, slot: number): boolean {
  return slot >= leadSlot && slot < leadSlot + leads.length;
}

/** What a compiled policy decides on it: not the proof's word, but that of every channel. */
export function decisionOn(policy: Policy, { type, row }: Witness): Decision {
  const { engine } = policy;
  engine.row.set(row.subarray(0, engine.vocabulary.slots));
  const programs = programsFor(engine, type, engine.row);
  return programs === null ? REFUSED_DECISION : decideLoaded(programs, engine.row);
}

/** The ids of the rules that made a decision. */
export function rulesOf({ reasons }: Decision): string[] {
  return reasons.map(({ policy }) => policy).filter((id) => id !== '');
}

/** The request, in the words of the policy, and what is decided on it. */
export function describe(policy: Policy, witness: Witness): string {
  const { outcome, reasons } = decisionOn(policy, witness);
  const because = reasons.map(({ code, policy: id }) => (id === '' ? code : `${id} (${code})`));
  return `${describeRequest(policy, witness)}: ${outcome} by ${because.join(', ')}`;
}

/**
 * Who asks for what when, and what is not ordinary about it. Instants are told from disclosure,
 * `T0`.
 */
export function describeRequest(policy: Policy, { type, row, shown }: Witness): string {
  const { vocabulary } = policy.engine;
  const name = (path: string) => {
    const attribute = vocabulary.attributes.get(path);
    return attribute === undefined ? '' : show(vocabulary, attribute, row);
  };
  const who = type === 'Public' ? 'anybody' : `a participant of tier ${name('principal.tier')}`;
  const request = `${who} asks for ${name('resource.kind')} at ${name('context.now')}`;
  const facts = [...vocabulary.attributes.values()]
    .filter(({ slot }) => shown.has(slot) && slot !== SLOT.disclosureAt)
    .map((attribute) => `${attribute.path} = ${show(vocabulary, attribute, row)}`);
  return [request, ...facts].join(', ');
}

function show(vocabulary: Vocabulary, { type, slot }: Attribute, row: Row): string {
  const value = row[slot] ?? Number.NaN;
  if (type.kind === 'long') return showNumber(slot, value, row);
  const names = vocabulary.enums[type.name];
  if (type.kind === 'enum') return names[value] ?? '?';
  return `[${names.filter((_, code) => ((value >>> code) & 1) === 1).join(', ')}]`;
}

function showNumber(slot: number, value: number, row: Row): string {
  if (slot === SLOT.score || slot === SLOT.dutyClock) return String(value);
  if (value === NEVER) return 'never';
  const disclosureAt = row[SLOT.disclosureAt] ?? NEVER;
  // Where no rule reads when disclosure is, there is none to tell instants from.
  if (disclosureAt !== NEVER) return distance('T0', value - disclosureAt);
  return slot === SLOT.now
    ? 'some instant'
    : distance('that instant', value - (row[SLOT.now] ?? 0));
}

const UNITS = [
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['min', MINUTE_MS],
] as const;

/** `T0 − 24 h`, `T0 + 1 ms`, `T0 − 5 d − 1 ms`: the round part, and what is left. */
function distance(from: string, ms: number): string {
  const rounded = Math.abs(ms % MINUTE_MS) < 10 ? ms - (ms % MINUTE_MS) : nearest(ms);
  const terms = [round(rounded), milliseconds(ms - rounded)];
  return [from, ...terms.filter((term) => term !== '')].join(' ');
}

/** The minute that is a few milliseconds away, or none. */
function nearest(ms: number): number {
  const minute = Math.round(ms / MINUTE_MS) * MINUTE_MS;
  return Math.abs(ms - minute) < 10 ? minute : 0;
}

function round(ms: number): string {
  if (ms === 0) return '';
  const days = Math.abs(ms) >= 2 * DAY_MS;
  const [unit, size] = UNITS.find(
    ([name, length]) => ms % length === 0 && (days || name !== 'd'),
  ) ?? ['ms', 1];
  return `${ms < 0 ? '−' : '+'} ${Math.abs(ms) / size} ${unit}`;
}

function milliseconds(ms: number): string {
  return ms === 0 ? '' : `${ms < 0 ? '−' : '+'} ${Math.abs(ms)} ms`;
}
