import { parseInstant } from '../domain/instant.ts';
import { plain } from '../participant/plain.ts';
import type { AlertAnswer, PlanAnswer, Step, Timeline } from './alert-answers.ts';
import { counted, csv, section, table } from './output.ts';
import { say, type Words } from './programme.ts';

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
    section(
      'Public',
      sentences(plan.publicFrom, known, words)
        .map((line) => `${line}\n`)
        .join(''),
    ) +
    section('Participants', lines.join('') || '(none)\n') +
    (more > 0 ? `  and ${more} more, whom the digest covers too\n` : '') +
    `\nDigest  ${plan.digest}\n`
  );
}

/**
 * A timeline without what ends once everything is public, years later, with an agreement or an
 * attestation; CSV and JSON have that too.
 */
function untilDisclosed({ artifact, steps }: Timeline, disclosureAt: string): Timeline {
  const given = steps.findLastIndex(({ outcome }) => outcome !== 'deny');
  const disclosed = parseInstant(disclosureAt);
  const kept = steps.filter(({ at }, i) => i <= given || parseInstant(at) <= disclosed);
  return { artifact, steps: given < 0 ? steps : kept };
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

/** One sentence for all artifacts that share a timeline. */
function sentences(timelines: readonly Timeline[], known: Artifacts, words: Words): string[] {
  const alike = new Map<string, { readonly names: string[]; readonly steps: readonly Step[] }>();
  for (const { artifact, steps } of timelines) {
    const key = JSON.stringify(steps);
    const group = alike.get(key) ?? { names: [], steps };
    group.names.push(known.get(artifact)?.name ?? artifact);
    alike.set(key, group);
  }
  return [...alike.values()].map(({ names, steps }) => {
    const what = names.length === timelines.length ? 'everything' : plain(names.join(', '), 1_000);
    return `${what}: ${timelineText(steps, words)}`;
  });
}

/** `nothing before 8 July (why), then in full from 8 July`. */
export function timelineText(steps: readonly Step[], words: Words): string {
  return steps.map((step, i) => clause(step, i, steps[i + 1], words)).join(', then ');
}

function clause(step: Step, i: number, next: Step | undefined, words: Words): string {
  const { at, outcome, reasons } = step;
  const why = reasons.map((code) => say(words.reasons, code)).join('; ');
  switch (outcome) {
    case 'allow':
      return `in full from ${at}`;
    case 'allow_reduced':
      return `from ${at} the ${say(words.kinds, 'summary')} in its place`;
    case 'hold':
      return `held from ${at} (${why})`;
    default:
      if (i > 0) return `nothing more from ${at} (${why})`;
      return next ? `nothing before ${next.at} (${why})` : `never (${why})`;
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
