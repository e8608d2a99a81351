import { parseInstant } from '../../domain/instant.ts';
import type { PlanAnswer, Step } from '../alert-answers.ts';
import type { Alert } from './alert.ts';
import type { Page } from './page.ts';
import { aligned, dayOf, inWords, tally } from './words.ts';

type Line = PlanAnswer['lines'][number];

const WIDTHS = [27, 7, 9, 9, 9, 9];
const NOTHING = '–';

/** Firms by what they get when, decisions by outcome, and why some have nothing. */
export function showPlan(
  page: Page,
  { waves, lines }: PlanAnswer,
  { artifacts, opensAt }: Pick<Alert, 'artifacts' | 'opensAt'>,
): void {
  const ats = waves.map(({ at }) => parseInstant(at));
  const forms = (line: Line) => ats.map((at) => formAt(line, at, artifacts));
  const groups = [...Map.groupBy(lines, (line) => forms(line).join('\n')).values()];
  const rows = groups
    .map((members) => ({ members, forms: members[0] ? forms(members[0]) : [] }))
    .toSorted((a, b) => firstOf(a.forms) - firstOf(b.forms) || b.members.length - a.members.length);
  const decisions = (outcome: 'allowed' | 'allowedReduced' | 'held' | 'denied') =>
    waves.map((wave) => wave[outcome]);
  const table = [
    ['', 'firms', ...ats.map(dayOf)],
    ...rows.map((row) => [nameOf(row.forms, waves, opensAt), row.members.length, ...row.forms]),
    ['decisions: allowed', '', ...decisions('allowed')],
    ['  allowed in reduced form', '', ...decisions('allowedReduced')],
    ['  denied', '', ...decisions('denied')],
  ];
  for (const row of table) page.row(aligned(row, WIDTHS));
  const eve = (ats.at(-1) ?? 0) - 1;
  const refused = lines.flatMap((line) => reasonsAt(line, eve));
  page.aside(`Why firms have nothing on the eve of disclosure: ${tally(refused.map(inWords))}.`);
}

function firstOf(forms: readonly string[]): number {
  const first = forms.findIndex((form) => form !== NOTHING);
  return first === -1 ? forms.length : first;
}

function nameOf(
  forms: readonly string[],
  waves: PlanAnswer['waves'],
  opensAt: ReadonlyMap<string, string>,
): string {
  const last = forms.at(-1) ?? NOTHING;
  if (last === NOTHING) return 'not active, or no agreement';
  if (!last.startsWith('all')) return 'duty to report, or unknown';
  const opens = waves[firstOf(forms)]?.at;
  return [...opensAt].find(([, at]) => at === opens)?.[0] ?? '';
}

/** What a firm has of the alert at an instant: everything, some kinds, or nothing. */
function formAt({ artifacts }: Line, at: number, known: Alert['artifacts']): string {
  const open = artifacts.filter(({ steps }) => stepAt(steps, at)?.outcome === 'allow');
  if (open.length === 0) return NOTHING;
  if (open.length === artifacts.length) return `all ${open.length}`;
  const kinds = open.map(({ artifact }) => known.find(({ id }) => id === artifact)?.kind);
  return [...new Set(kinds)].join('+');
}

/** Why a firm has nothing; none when it has something. */
function reasonsAt({ artifacts }: Line, at: number): readonly string[] {
  const steps = artifacts.map((artifact) => stepAt(artifact.steps, at));
  if (steps.some((found) => found?.outcome === 'allow')) return [];
  return steps[0]?.reasons.slice(0, 1) ?? [];
}

function stepAt(steps: readonly Step[], at: number) {
  return steps.findLast((one) => parseInstant(one.at) <= at);
}
