import { HOUR_MS } from '../domain/instant.ts';
import { plain } from '../participant/plain.ts';
import { counted, csv, section, table } from './output.ts';
import { say, type Words } from './programme.ts';
import { list, nullable, object, real, type Told, text } from './shape.ts';

const decided = object({ outcome: text, reasons: list(text) });

/** A comparison of two policies as the API tells it. */
export const comparisonAnswer = object({
  before: text,
  after: text,
  at: text,
  sending: text,
  participants: real,
  alerts: real,
  gaining: real,
  losing: real,
  effects: list(
    object({
      direction: text,
      reason: text,
      tier: text,
      kind: text,
      before: text,
      after: text,
      participants: real,
      artifacts: real,
      headStartLostMs: real,
    }),
  ),
  touched: real,
  lines: list(
    object({
      participant: text,
      name: text,
      alert: text,
      changes: list(
        object({
          artifacts: list(text),
          kind: text,
          direction: text,
          from: text,
          until: nullable(text),
          before: decided,
          after: decided,
        }),
      ),
    }),
  ),
});
export type ComparisonAnswer = Told<typeof comparisonAnswer>;

/** The page for counsel: effects by class. Then the list, participant by participant. */
export function comparisonText(comparison: ComparisonAnswer, words: Words): string {
  const { participants, alerts, gaining, losing, effects, at, sending } = comparison;
  const shadow = SENDING[sending] ?? '';
  if (effects.length === 0) {
    return (
      `${shadow}Nothing changes for anybody: ${counted(participants, 'participant')}, ` +
      `${counted(alerts, 'open alert')}, from ${at} on.\n`
    );
  }
  return (
    `${shadow}${counted(participants, 'participant')}, ${counted(alerts, 'open alert')}, ` +
    `from ${at} on: ${losing} would lose something, ${gaining} would gain something.\n` +
    section('Losing, by reason and tier', byClass(comparison, 'loses', words)) +
    section('Gaining, by reason and tier', byClass(comparison, 'gains', words)) +
    section('One by one', lines(comparison, words))
  );
}

const SENDING: Readonly<Record<string, string>> = {
  starts: 'SENDING STARTS: the policy before is in shadow. All that is open by then is sent.\n',
  stops: 'SENDING STOPS: the policy after is in shadow. Decided and logged, and nothing sent.\n',
};

type Effects = ComparisonAnswer['effects'];

function byClass({ effects }: ComparisonAnswer, direction: string, words: Words): string {
  const groups = new Map<string, Effects[number][]>();
  for (const effect of effects.filter((each) => each.direction === direction)) {
    const key = `${effect.reason}/${effect.tier}/${effect.before}/${effect.after}`;
    groups.set(key, [...(groups.get(key) ?? []), effect]);
  }
  const rows = [...groups.values()].map((group) => classRow(group, words));
  const headings = ['firms', 'tier', 'what', 'from', 'to', 'head start', 'because'];
  return rows.length === 0 ? '(nobody)\n' : table(headings, rows);
}

/** A class is as many firms as its most frequent kind: each kind is counted by itself. */
function classRow(group: readonly Effects[number][], words: Words): (string | number)[] {
  const [first] = group;
  if (first === undefined) return [];
  const firms = Math.max(...group.map(({ participants }) => participants));
  const lost = group.reduce((sum, { headStartLostMs }) => sum + headStartLostMs, 0);
  const copies = group.reduce((sum, { artifacts }) => sum + artifacts, 0);
  const kinds = group.map(({ kind }) => say(words.kinds, kind)).sort();
  return [
    firms,
    say(words.tiers, first.tier),
    kinds.join(', '),
    outcome(first.before),
    outcome(first.after),
    headStart(lost / copies),
    say(words.reasons, first.reason),
  ];
}

/** Of one artifact, on average over those who are concerned. */
function headStart(lostMs: number): string {
  const hours = Math.round(lostMs / HOUR_MS);
  if (hours === 0) return '';
  return hours > 0 ? `−${hours} h` : `+${-hours} h`;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  allow: 'in full',
  allow_reduced: 'reduced',
  hold: 'held',
  deny: 'nothing',
};

function outcome(code: string): string {
  return OUTCOMES[code] ?? code;
}

function lines({ lines: all, touched }: ComparisonAnswer, words: Words): string {
  const said = all.map(({ name, alert, changes }) => {
    const clauses = changes.map(({ kind, from, until, before, after }) => {
      const end = until === null ? '' : ` until ${until}`;
      const reason = say(words.reasons, after.reasons[0] ?? '');
      return (
        `  ${say(words.kinds, kind)}: ${outcome(before.outcome)} → ${outcome(after.outcome)} ` +
        `from ${from}${end} (${reason})\n`
      );
    });
    return `${plain(name)}, alert ${alert}\n${clauses.join('')}`;
  });
  const listed = new Set(all.map(({ participant }) => participant)).size;
  const more = touched - listed;
  return said.join('') + (more > 0 ? `and ${more} more participants\n` : '');
}

/** One row for each participant, alert, kind and change. */
export function comparisonCsv({ lines: all }: ComparisonAnswer, words: Words): string {
  const rows = all.flatMap(({ participant, name, alert, changes }) =>
    changes.map(({ kind, direction, from, until, before, after }) => [
      participant,
      name,
      alert,
      kind,
      direction,
      from,
      until ?? '',
      before.outcome,
      after.outcome,
      say(words.reasons, after.reasons[0] ?? ''),
    ]),
  );
  const headings = ['participant', 'name', 'alert', 'kind', 'direction', 'from', 'until'];
  return csv([[...headings, 'before', 'after', 'why'], ...rows]);
}
