import type { Names } from './names.ts';
import { counted, facts, section, table } from './output.ts';
import type { Evidence, TraceAnswer, TracedAlert, TraceResult } from './trace-answers.ts';
import type { Part } from './trace-part.ts';
import { evidenceSentence, traceSentence } from './trace-sentence.ts';
import { repliesTo, stateText } from './trace-status.ts';
import { foundAt, neverServed, useParts } from './trace-use.ts';

/** The whole answer where a sample shows nothing. */
export const NOTHING_FOUND =
  'Nothing of any released alert was found in this sample. No copy identified.';

/** The answer of each alert first, then what it rests on. */
export function traceText(report: TraceAnswer, names: Names): string {
  const { find } = report;
  const head = facts([
    ['state', stateText(report.status)],
    ['report', report.status.report],
    ['sighting', report.sighting],
    ['sample', `SHA-256 ${report.sample}`],
    ...(find === null ? [] : foundAt(find, names)),
  ]);
  const replies = repliesTo(report, names).map(({ title, lines }) => linesText(title, lines));
  const sealed = partsText('', sealedParts(report, names));
  if (report.alerts.length === 0) {
    return `${NOTHING_FOUND}\n\n${head}${replies.join('')}${sealed}`;
  }
  const answers = report.alerts.map(
    ({ alert, result }) => `${names.of(alert)}\n${traceSentence(result, names)}\n`,
  );
  const together = evidenceSentence(report.evidence, names);
  if (together !== '') answers.push(`All alerts together\n${together}\n`);
  const unserved = neverServed(report, names);
  if (unserved !== '') answers.push(`${unserved}\n`);
  const rests = report.alerts.map((traced) =>
    partsText(names.of(traced.alert), alertParts(traced, names)),
  );
  rests.unshift(...replies, partsText('', useParts(report, names)));
  if (report.evidence !== null) {
    rests.push(partsText('Over all alerts', evidenceParts(report.evidence, names)));
  }
  rests.push(sealed);
  return `${answers.join('\n')}\n${head}${rests.join('')}`;
}

function partsText(title: string, parts: readonly Part[]): string {
  return parts
    .map((part) => {
      switch (part.kind) {
        case 'facts':
          return section(title, facts(part.pairs));
        case 'table':
          return section(part.title, table(part.headings, part.rows));
        default:
          return linesText(part.title, part.lines);
      }
    })
    .join('');
}

function linesText(title: string, lines: readonly string[]): string {
  return section(title, lines.map((line) => `${line}\n`).join(''));
}

/** What a trace of one alert rests on. */
export function alertParts(traced: TracedAlert, names: Names): Part[] {
  const { reading, readAt, coverage, result } = traced;
  const { look, cap, tested, alpha, slotsTotal, slotsRead, slotsErased } = result;
  const shares = coverage
    .filter(({ share }) => share > 0)
    .map(({ artifact, share }) => `${names.of(artifact)} ${Math.round(share * 100)} %`);
  const at = readAt === null ? '' : ` since ${readAt},`;
  const basis: Part = {
    kind: 'facts',
    pairs: [
      ['reading', `${reading}, in the ledger${at} before anything was scored`],
      ['slots', `${slotsRead} read of ${slotsTotal}, ${slotsErased} of them not counted`],
      ['words in it', shares.join(', ') || 'none'],
      ['tested', `${counted(tested, 'reader')} who had a copy; paid for ${cap}`],
      ['budget', `look ${look}; a name needs a corrected chance of at most ${alpha}`],
    ],
  };
  const untested = result.untested.map((what) => untestedText(what));
  return [
    basis,
    familyTable(result),
    ...(result.identified.length === 0
      ? []
      : [scoreTable(result, names), sensitivityTable(result, names)]),
    { kind: 'lines', title: 'Not tested', lines: untested },
  ];
}

function familyTable({ byFamily }: TraceResult): Part {
  return {
    kind: 'table',
    title: 'By family',
    headings: ['family', 'slots', 'read', ''],
    rows: byFamily.map(({ family, slots, read, erased }) => [
      family,
      slots,
      read,
      erased ? 'normalised, not counted' : '',
    ]),
  };
}

function scoreTable({ participants, readers }: TraceResult, names: Names): Part {
  const scored = [...participants.map((score) => ({ ...score, reader: null })), ...readers];
  return {
    kind: 'table',
    title: 'Copies identified',
    headings: ['participant', 'reader', 'agree', 'differ', 'p', 'corrected', 'hypothesis'],
    rows: scored.map((score) => [
      names.who(score.participant),
      score.reader === null ? '' : names.who(score.reader),
      score.agreeing,
      score.disagreeing,
      tail(score.log10P, score.p),
      score.corrected.toExponential(1),
      score.hypothesis,
    ]),
  };
}

/** How much each identification hangs on one part of what was read. */
function sensitivityTable({ sensitivity }: TraceResult, names: Names): Part {
  return {
    kind: 'table',
    title: 'How p changes with less',
    headings: ['participant', 'reader', 'all', 'without family', 'without artifact', 'half'],
    rows: sensitivity.map(({ participant, reader, all, withoutFamily, withoutArtifact, half }) => [
      names.who(participant),
      reader === null ? '' : names.who(reader),
      tail(all.log10P, all.p),
      without(withoutFamily, (name) => name),
      without(withoutArtifact, (name) => names.of(name)),
      tail(half.log10P, half.p),
    ]),
  };
}

type Without = TraceResult['sensitivity'][number]['withoutFamily'];

function without(left: Without, told: (name: string) => string): string {
  return left === null ? '' : `${tail(left.log10P, left.p)} (${told(left.name)})`;
}

/** What the evidence over all alerts rests on. */
export function evidenceParts(evidence: Evidence, names: Names): Part[] {
  const { readings, list, alerts, frozen, look, alpha, budgetLeft, stages } = evidence;
  const slots = stages.map((stage) => `${stage.slots} of ${stage.scope}s`);
  const basis: Part = {
    kind: 'facts',
    pairs: [
      [
        'entered',
        `${counted(readings, 'reading')}, slots of ${counted(alerts, 'alert')}` +
          (frozen === 0 ? '' : `, ${frozen} of them frozen, as their mark key is sealed`),
      ],
      ['list', `${list}, in the ledger`],
      ['slots', slots.join(', ')],
      [
        'budget',
        `look ${look}; ${(100 * budgetLeft).toFixed(2)} % of what p-values may spend left`,
      ],
      ['level', `a name needs a corrected chance of at most ${alpha}`],
    ],
  };
  const scored = [
    ...evidence.participants.map((score) => ({ ...score, reader: null })),
    ...evidence.readers,
  ];
  const named: Part = {
    kind: 'table',
    title: 'Named',
    headings: [
      'participant',
      'reader',
      'alerts',
      'ln E',
      'p alone',
      'p together',
      'corrected',
      'by',
    ],
    rows: scored.map((score) => [
      names.who(score.participant),
      score.reader === null ? '' : names.who(score.reader),
      score.alerts.length,
      score.lnE.toFixed(1),
      score.sample === null ? '' : tail(score.sample.log10P, score.sample.p),
      score.pooled === null ? '' : tail(score.pooled.log10P, score.pooled.p),
      score.corrected.toExponential(1),
      score.by,
    ]),
  };
  return scored.length === 0 ? [basis] : [basis, named];
}

/** What a sample was not compared with, because mark keys were sealed. */
export function sealedParts({ leftOut, unsearched }: TraceAnswer, names: Names): Part[] {
  const lines = [
    ...leftOut.map((alert) => `slots of ${names.of(alert)}, of which it shows some`),
    ...unsearched.map((alert) => `canaries of ${names.of(alert)}`),
  ];
  return lines.length === 0 ? [] : [{ kind: 'lines', title: 'Not traced: keys are sealed', lines }];
}

/** Tails below a double's range are shown by their logarithm. */
function tail(log10: number, p: number): string {
  return log10 < -300 ? `10^${Math.ceil(log10)}` : p.toExponential(1);
}

const UNTESTED: Readonly<Record<string, string>> = {
  sets_of_four_or_more: 'four or more copies put together, tested jointly',
  other_normal_forms: 'texts rewritten to one form throughout',
  erased_families: 'the families that look normalised',
  readers_of_unidentified_participants: 'single readers of the other participants',
  all_copies: 'copies: the text is nobody’s',
};

function untestedText(what: string): string {
  return UNTESTED[what] ?? what;
}
