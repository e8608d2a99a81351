import type { Command } from 'commander';
import { invalid } from '../domain/errors.ts';
import { formatInstant, parseInstant } from '../domain/instant.ts';
import { plain } from '../participant/plain.ts';
import { clientAction, idAt } from './command.ts';
import { section, table } from './output.ts';
import { entries, flag, list, nullable, object, type Told, text } from './shape.ts';
import { finding, period, periodsText, periodText } from './timing-options.ts';
import type { World } from './world.ts';

const conflict = object({
  at: text,
  clocks: list(
    object({ list: text, code: text, field: text, name: nullable(text), notices: list(period) }),
  ),
});
type Conflict = Told<typeof conflict>;

const dates = object({
  disclosureAt: text,
  lists: list(
    object({
      list: text,
      notices: list(period),
      earliest: text,
      latest: text,
      opensAt: entries(text),
      warnings: list(finding),
    }),
  ),
  conflicts: list(conflict),
  proposals: nullable(
    object({
      candidates: list(object({ from: text, to: text, clean: flag })),
      conflict: nullable(conflict),
    }),
  ),
});

/** Stands for the alert's own programme where a pack is expected. */
const ACTIVE = 'active';

type DatesOptions = {
  readonly list: readonly string[];
  readonly disclosureAt?: string;
  readonly from?: string;
  readonly to?: string;
};

/** `alert dates` */
export function addDates(alert: Command, world: World): void {
  const command = alert
    .command('dates')
    .description('when several lists can be told of one T0, or which T0 all of them can have')
    .argument('<alert>', 'id of the alert')
    .requiredOption('--list <pack...>', `packs by name or folder; "${ACTIVE}" for its own`)
    .option('--disclosure-at <instant>', 'another T0 than its own')
    .option('--from <instant>', 'look for T0s from then')
    .option('--to <instant>', 'until then, at most 120 days later');
  clientAction<DatesOptions>(world, command, async (client, typed) => {
    const { options } = typed;
    const { disclosureAt } = options;
    const raw = await client.post(`/v1/alerts/${idAt(typed, 0, 'alert')}/dates`, {
      lists: await Promise.all(options.list.map((name) => listOf(world, name))),
      ...(disclosureAt === undefined ? {} : { disclosureAt: at(disclosureAt, '--disclosure-at') }),
      ...searchOf(options),
    });
    const told = dates(raw, 'dates');
    const impossible = told.conflicts.length > 0 && !told.proposals?.candidates.length;
    return { json: raw, text: datesText(told), status: impossible ? 1 : 0 };
  });
}

async function listOf(world: World, name: string) {
  if (name === ACTIVE) return { name, files: null };
  const { packAt } = await import('../main/pack-folder.ts');
  const { pack, files } = await packAt(name, world.cwd);
  return { name: pack, files };
}

function searchOf({ from, to }: DatesOptions) {
  if (from === undefined && to === undefined) return {};
  if (from === undefined || to === undefined)
    throw invalid('--from', 'both --from and --to', 'one');
  return { search: { from: at(from, '--from'), to: at(to, '--to') } };
}

function at(option: string, name: string): string {
  return formatInstant(parseInstant(option, name));
}

/** For each list its safe notices, or what stands against it; then the T0s that all can have. */
function datesText({ disclosureAt, lists, conflicts, proposals }: Told<typeof dates>): string {
  const planned = lists.map(({ list, earliest, latest, warnings }) => [
    list,
    earliest,
    latest,
    warnings.map(({ code }) => code).join(', ') || 'none',
  ]);
  return (
    `T0 ${disclosureAt}\n` +
    (planned.length === 0
      ? ''
      : section(
          'Lists, first notice',
          table(['list', 'not before', 'latest safe', 'warnings'], planned),
        )) +
    conflicts.map((each) => section('Refused', conflictText(each))).join('') +
    (proposals === null ? '' : section('T0s that all can have', candidatesText(proposals)))
  );
}

function candidatesText(proposals: NonNullable<Told<typeof dates>['proposals']>): string {
  const { candidates, conflict } = proposals;
  if (candidates.length > 0) {
    const lines = candidates.map(
      ({ from, to, clean }) => `${periodText({ from, to })}${clean ? '' : ', with warnings'}\n`,
    );
    return lines.join('');
  }
  return conflict === null ? '(none)\n' : conflictText(conflict);
}

function conflictText({ at, clocks }: Conflict): string {
  const rows = clocks.map(({ list, code, field, name, notices }) => [
    list,
    code,
    plain(name === null ? field : `${field}, ${name}`),
    periodsText(notices),
  ]);
  return `for T0 ${at}\n${table(['list', 'rule', 'key', 'takes notice'], rows)}`;
}
