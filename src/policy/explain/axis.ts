import type { EnumName } from '../vocabulary.ts';
import type { Circumstances } from './circumstances.ts';
import type { Read } from './reading.ts';

/** One way in which an axis can be set, and what it makes of the circumstances. */
export type Setting = {
  readonly apply: (before: Circumstances) => Circumstances;
};

/**
 * One thing in which participants or alerts differ, as far as the rules of a policy look at it.
 * A situation sets every axis: it is a list of numbers of settings, in the order of the axes.
 */
export type Axis = {
  /** Under which heading its classes stand. */
  readonly heading: string;
  /** The attributes it stands for: a rule that reads one of them looks at this axis. */
  readonly paths: readonly string[];
  readonly settings: readonly Setting[];
  /** The setting of whom nothing restricts. */
  readonly ordinary: number;
  /** Whether another setting is the ordinary one where it alone lets the table speak. */
  readonly yields: boolean;
  /** Of members of one set: how all of them are spoken of, and the word for this one. */
  readonly member: { readonly wording: Wording; readonly word: string } | null;
  /** Says that it has one of these settings. */
  readonly says: (settings: readonly number[]) => string;
};

/**
 * How members of a set are spoken of: `it ships A`, `it does not ship A`; and when all are missing,
 * if that is said otherwise.
 */
export type Wording = { readonly yes: string; readonly no: string; readonly none: string | null };

/** A value of a closed list with its words, and what it makes of the circumstances. */
export type Choice = readonly [words: string, apply: Setting['apply']];

/** An axis with one setting for each choice, the first being the ordinary one. */
export function choices(
  heading: string,
  paths: readonly string[],
  list: readonly Choice[],
  subject = '',
  yields = false,
): Axis {
  return {
    heading,
    paths,
    settings: list.map(([, apply]) => ({ apply })),
    ordinary: 0,
    yields,
    member: null,
    says: (found) => {
      const words = found.map((i) => list[i]?.[0] ?? '');
      return subject + listed(words, 'or');
    },
  };
}

/** An axis of two settings: it holds, as it does ordinarily if `ordinarily`, or does not. */
export function whether(
  heading: string,
  path: string,
  [yes, no]: readonly [string, string],
  apply: Setting['apply'],
  ordinarily: boolean,
): Axis {
  return {
    heading,
    paths: [path],
    settings: [{ apply: (before) => before }, { apply }],
    ordinary: ordinarily ? 1 : 0,
    yields: false,
    member: null,
    says: ([found]) => (found === 1 ? yes : no),
  };
}

/** Axes for the members of a set, one each: it is in the set, as ordinarily if so, or is not. */
export function members(
  heading: string,
  path: string,
  wording: Wording,
  list: readonly Choice[],
  { ordinarily, yields }: { readonly ordinarily: boolean; readonly yields: boolean },
): Axis[] {
  return list.map(([word, apply]) => ({
    ...whether(
      heading,
      path,
      [`${wording.yes} ${word}`, `${wording.no} ${word}`],
      apply,
      ordinarily,
    ),
    yields,
    member: { wording, word },
  }));
}

/** An axis of numbers from 0 to `most`, cut at those that rules compare with, or of no number. */
export function ranges(
  heading: string,
  paths: readonly string[],
  { cuts, most, subject, show, none }: NumberAxis,
  apply: (value: number | null, before: Circumstances) => Circumstances,
): Axis {
  const starts = [0, ...new Set(cuts.filter((cut) => cut > 0 && cut <= most))].sort(
    (a, b) => a - b,
  );
  const values: readonly (number | null)[] = [...starts, null];
  return {
    heading,
    paths,
    settings: values.map((value) => ({ apply: (before) => apply(value, before) })),
    ordinary: starts.length - 1,
    yields: true,
    member: null,
    says: (found) => {
      const spans = contiguous(found.filter((i) => i < starts.length)).map(([first, last]) =>
        spanWords(starts[first] ?? 0, starts[last + 1] ?? null, show),
      );
      const all = found.includes(starts.length) ? [...spans, none] : spans;
      return subject + listed(all, 'or');
    },
  };
}

/** How numbers of an axis are cut and said; `none`: what is said where there is no number. */
type NumberAxis = {
  readonly cuts: readonly number[];
  readonly most: number;
  readonly subject: string;
  readonly show: (value: number) => string;
  readonly none: string;
};

function spanWords(from: number, end: number | null, show: (value: number) => string): string {
  if (end === null) return `${show(from)} or more`;
  if (from === 0) return `below ${show(end)}`;
  return end === from + 1 ? show(from) : `from ${show(from)} to below ${show(end)}`;
}

/** Neighbouring numbers of an ascending list as pairs of first and last. */
function contiguous(list: readonly number[]): [number, number][] {
  const spans: [number, number][] = [];
  for (const each of list) {
    const open = spans.at(-1);
    if (open !== undefined && open[1] === each - 1) open[1] = each;
    else spans.push([each, each]);
  }
  return spans;
}

/** `a`, `a or b`, `a, b or c`. */
export function listed(words: readonly string[], last: 'or' | 'and'): string {
  const [only = ''] = words;
  if (words.length < 2) return only;
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** A member of a set: one that rules name, or one that stands for all they do not. */
export type Member<T extends string> = { readonly value: T; readonly known: boolean };

/** The members of a set that tell all members apart. */
export function membersOf<T extends string>(
  named: Read['named'],
  name: EnumName,
  all: readonly T[],
): Member<T>[] {
  const codes = named(name);
  const found = all.filter((value) => codes.has(value)).map((value) => ({ value, known: true }));
  const other = all.find((value) => !codes.has(value));
  return other === undefined ? found : [...found, { value: other, known: false }];
}

/** Makes part of the circumstances what is given. */
export function set(change: Partial<Circumstances>): Setting['apply'] {
  return (before) => ({ ...before, ...change });
}
