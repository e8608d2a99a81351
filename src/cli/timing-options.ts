import { type Command, Option } from 'commander';
import { invalid } from '../domain/errors.ts';
import { parseInstant } from '../domain/instant.ts';
import { HAPPENING_KINDS, type HappeningKind } from '../domain/vulnerability.ts';
import { plain } from '../participant/plain.ts';
import { facts, section, table } from './output.ts';
import { list, nullable, object, type Told, text } from './shape.ts';

/** What is said for a date on the command line, or in alert.yaml. */
export type AnswerOptions = {
  readonly reason?: readonly string[];
  readonly accept?: readonly string[];
};

/** `--accept CODE=WHY`, as often as needed. */
export function acceptOption(): Option {
  return new Option(
    '--accept <code=why...>',
    'why a finding of the clock is accepted, by its code',
  );
}

/** What whoever asks for a date may say for it. */
export function addAnswerOptions(command: Command): Command {
  return command
    .option('--reason <word...>', "words of the pack's timing.embargo for another length")
    .addOption(acceptOption());
}

/** The options as the server takes them: nothing where nothing is said. @throws INVALID_INPUT */
export function answersOf({ reason, accept }: AnswerOptions) {
  return {
    ...(reason === undefined ? {} : { reasons: reason }),
    ...(accept === undefined ? {} : { accept: Object.fromEntries(accept.map(acceptance)) }),
  };
}

function acceptance(option: string): [string, string] {
  const [, code, why] = /^([A-Z_]+)=(.+)$/s.exec(option) ?? [];
  if (code !== undefined && why !== undefined) return [code, why];
  throw invalid('--accept', 'a code and why, such as LONG_EMBARGO="the fix needs a week"', option);
}

/** What has happened, by kind, in a mapping of alert.yaml. @throws INVALID_INPUT */
export function happenedIn(events: Readonly<Record<string, unknown>>) {
  return Object.entries(events).map(([kind, at]) => {
    const known = HAPPENING_KINDS.find((each): each is HappeningKind => each === kind);
    if (known === undefined) {
      throw invalid(`events.${kind}`, `one of ${HAPPENING_KINDS.join(', ')}`, 'another');
    }
    const when = at instanceof Date ? at.toISOString() : at;
    return { kind: known, at: parseInstant(when, `events.${kind}`) };
  });
}

/** A stretch of time, as the server tells it. */
export const period = object({ from: nullable(text), to: nullable(text) });

/** What the clock finds of a date. */
export const finding = object({
  code: text,
  level: text,
  field: text,
  name: nullable(text),
  asks: text,
  expected: list(period),
  found: text,
});

/** What the clock finds of a date, and what was said for it, as the server tells it. */
export const timingAnswer = object({
  reasons: list(text),
  accepted: list(object({ code: text, why: text, by: text, at: text })),
  findings: list(finding),
  fault: nullable(text),
});
type TimingAnswer = Told<typeof timingAnswer>;

/** Nothing where the clock has nothing to say and nobody said anything. */
export function timingText({ reasons, accepted, findings, fault }: TimingAnswer): string {
  const rows = findings.map(({ code, level, field, name, asks, expected, found }) => [
    code,
    level,
    plain(name === null ? field : `${field}, ${name}`),
    `${asks} ${periodsText(expected)}`,
    found,
  ]);
  const answers = accepted.map(({ code, by, at, why }) => [code, by, at, plain(why, 500)]);
  const body =
    (fault === null ? '' : `cannot be told: ${plain(fault, 500)}\n`) +
    (reasons.length === 0
      ? ''
      : facts([['reasons', reasons.map((each) => plain(each)).join(', ')]])) +
    (rows.length === 0 ? '' : table(['finding', 'level', 'key', 'expected', 'found'], rows)) +
    (answers.length === 0 ? '' : table(['accepted', 'by', 'at', 'why'], answers));
  return body === '' ? '' : section('Clock', body);
}

/** Stretches of time in words. */
export function periodsText(periods: readonly Told<typeof period>[]): string {
  return periods.map(periodText).join(' or ') || 'at no time';
}

/** One of them. */
export function periodText({ from, to }: Told<typeof period>): string {
  if (from !== null && from === to) return `at ${from}`;
  const ends = [from === null ? [] : `from ${from}`, to === null ? [] : `until ${to}`].flat();
  return ends.join(' ') || 'at any time';
}
