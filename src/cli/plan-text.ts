import { parseInstant } from '../domain/instant.ts';
import { plain } from '../participant/plain.ts';
import type { AlertAnswer, PlanAnswer, Step, Timeline } from './alert-answers.ts';
import { counted, csv, section, table } from './output.ts';
import { say, type Words } from './programme.ts';
import { timingText } from './timing-options.ts';

type Artifacts = ReadonlyMap<string, AlertAnswer['artifacts'][number]>;

/** A plan with what is needed to say it in words. */
export type PlanToShow = {
  readonly plan: PlanAnswer;
  readonly artifacts: AlertAnswer['artifacts'];
  readonly words: Words;
};

/** Counts per wave first, then what is public, then everybody's timelines as sentences. */
export function planText({ plan, artifacts, words }: PlanToShow): string {
  const known: Artifacts = new Map(artifacts.map((artifact) => [artifact.id, artifact]));
  const lines = plan.lines.map(({ name, artifacts: timelines }) => {
    const shown = timelines.map((timeline) => untilDisclosed(timeline, plan.disclosureAt));
    const said = sentences(shown, known, words).map((line) => `  ${line}\n`);
    return `${plain(name)}\n${said.join('')}`;
  });
  const more = plan.participants - plan.lines.length;
  return (
    `${counted(plan.participants, 'participant')}, ${counted(artifacts.length, 'artifact')}, ` +
    `disclosure at ${plan.disclosureAt}\n` +
    section('Waves, in artifacts × participants', waveTable(plan, words)) +
    section('Who may hold what by then, in participants', holderTable(plan, artifacts)) +
    section('Touched by an assessment they dispute', disputes(plan)) +
    section('Facts taken for shown while none is known', transitions(plan)) +
    section('Copies that cannot be told apart', unmarked(artifacts)) +
    section(
      'Public',
      sentences(plan.publicFrom, known, words)
        .map((line) => `${line}\n`)
        .join(''),
    ) +
    section('Participants', lines.join('') || '(none)\n') +
    (more > 0 ? `  and ${more} more, whom the digest covers too\n` : '') +
    timingText(plan.timing) +
    `\nDigest  ${plan.digest}\n`
  );
}

/**
 * A timeline without what ends once everything is public, years later, with an agreement or an
 * attestation; CSV and JSON have that too.
 */
function untilDisclosed(timeline: Timeline, disclosureAt: string): Timeline {
  const { steps } = timeline;
  const given = steps.findLastIndex(({ outcome }) => outcome !== 'deny');
  const disclosed = parseInstant(disclosureAt);
  const kept = steps.filter(({ at }, i) => i <= given || parseInstant(at) <= disclosed);
  return given < 0 ? timeline : { ...timeline, steps: kept };
}

function waveTable({ waves }: PlanAnswer, words: Words): string {
  const counts = table(
    ['at', 'in full', 'reduced', 'held', 'nothing'],
    waves.map((wave) => [wave.at, wave.allowed, wave.allowedReduced, wave.held, wave.denied]),
  );
  const why = waves.map(({ at, reasons }) => {
    const causes = [...reasons].sort(([, a], [, b]) => b - a);
    return causes.map(([code, count]) => `${at}  ${count}: ${say(words.reasons, code)}\n`).join('');
  });
  return `${counts}${section('Not in full, because', why.join('') || '(none)\n')}`;
}

/** The leak budget; `3 + 1`: three hold the artifact, one what stands in for it. */
function holderTable({ waves }: PlanAnswer, artifacts: AlertAnswer['artifacts']): string {
  const rows = artifacts.map(({ name }, i) => [
    plain(name),
    ...waves.map(({ holders }) => {
      const { full, reduced } = holders[i] ?? { full: 0, reduced: 0 };
      return reduced > 0 ? `${full} + ${reduced}` : full;
    }),
  ]);
  return table(['artifact', ...waves.map(({ at }) => at)], rows);
}

function disputes({ lines }: PlanAnswer): string {
  const names = lines.filter(({ disputed }) => disputed).map(({ name }) => `${plain(name)}\n`);
  return names.join('') || '(nobody)\n';
}

function transitions({ lines }: PlanAnswer): string {
  const told = lines.flatMap(({ name, transition }) => {
    if (transition === null) return [];
    return [`${plain(name)}: ${transition.accepts.join(', ')}, until ${transition.expiresAt}\n`];
  });
  return told.join('') || '(none)\n';
}

/** Nothing of theirs leads back to anybody: a leak of one would only show who held it. */
function unmarked(artifacts: AlertAnswer['artifacts']): string {
  const names = artifacts.filter(({ marking }) => marking === 'none').map(({ name }) => name);
  return names.map((name) => `${plain(name)}\n`).join('') || '(none)\n';
}

/** Longest sentence shown, in characters: reasons are a pack's words. */
const SENTENCE = 1_000;

/** One sentence for all artifacts that share a timeline. */
function sentences(timelines: readonly Timeline[], known: Artifacts, words: Words): string[] {
  const alike = Map.groupBy(timelines, ({ steps, says }) => JSON.stringify([steps, says]));
  return [...alike.values()].map((group) => {
    const names = group.map(({ artifact }) => known.get(artifact)?.name ?? artifact);
    const what = names.length === timelines.length ? 'everything' : plain(names.join(', '), 1_000);
    const said = group.slice(0, 1).map((timeline) => timelineText(timeline, words));
    return `${what}: ${said.join('')}`;
  });
}

/** `Not before 8 Jul 17:00 UTC: Entry tier, 24 h lead`, and what the sentence does not say yet. */
export function timelineText({ says, steps }: Omit<Timeline, 'artifact'>, words: Words): string {
  const [first] = steps;
  const change = steps.findIndex(({ outcome }) => outcome !== first?.outcome);
  if (change < 0) return plain(says, SENTENCE);
  // A sentence on nothing says what comes of it, one on a hold what may.
  const next = steps[change]?.outcome;
  const told = first?.outcome === 'deny' || (first?.outcome === 'hold' && next !== 'deny');
  const more = steps
    .slice(told ? change + 1 : change)
    .map((step) => `, then ${clause(step, words)}`);
  return `${plain(says, SENTENCE)}${more.join('')}`;
}

function clause({ at, outcome, reasons }: Step, words: Words): string {
  const why = reasons.map((code) => say(words.reasons, code)).join('; ');
  switch (outcome) {
    case 'allow':
      return `in full from ${at}`;
    case 'allow_reduced':
      return `from ${at} the ${say(words.kinds, 'summary')} in its place`;
    case 'hold':
      return `held from ${at} (${why})`;
    default:
      return `nothing more from ${at} (${why})`;
  }
}

/** One row for each participant, artifact and step. */
export function planCsv({ plan, artifacts, words }: PlanToShow): string {
  const known: Artifacts = new Map(artifacts.map((artifact) => [artifact.id, artifact]));
  const rows = plan.lines.flatMap(({ participant, name, artifacts: timelines }) =>
    timelines.flatMap(({ artifact, steps }) => {
      const { name: file = '', kind = '', variant = '' } = known.get(artifact) ?? {};
      return steps.map(({ at, outcome, reasons }) => {
        const why = reasons.map((code) => say(words.reasons, code)).join('; ');
        return [participant, name, file, kind, variant, at, outcome, reasons.join(' '), why];
      });
    }),
  );
  const headings = ['participant', 'name', 'artifact', 'kind', 'variant', 'from'];
  return csv([[...headings, 'outcome', 'reasons', 'why'], ...rows]);
}
