import { type Command, Option } from 'commander';
import { formatInstant, parseInstant } from '../domain/instant.ts';
import { REGULATORS } from '../domain/regulator.ts';
import { plain } from '../participant/plain.ts';
import { alertAnswer } from './alert-answers.ts';
import { clientAction, idAt } from './command.ts';
import { namesOfAll } from './names.ts';
import { section, table } from './output.ts';
import { list, nullable, object, real, text } from './shape.ts';
import type { World } from './world.ts';

/** `alert aware`, `duties`, `obligations`, `leaks`: the clocks that an alert has started. */
export function addDutyCommands(alert: Command, world: World): void {
  addAware(alert, world);
  addDuties(alert, world);
  addObligations(alert, world);
  addLeaks(alert, world);
}

const sealed = object({ event: text, hash: text });

type AwareOptions = { readonly at: string; readonly regime: string };

function addAware(alert: Command, world: World): void {
  const command = alert
    .command('aware')
    .description('seal when you became aware of what a law asks to report; its clocks start there')
    .argument('<alert>', 'id of the alert')
    .requiredOption('--at <instant>', 'when somebody of the issuer became aware')
    .addOption(
      new Option('--regime <law>', 'of the pack’s duties.regulators')
        .choices(REGULATORS)
        .makeOptionMandatory(),
    );
  clientAction<AwareOptions>(world, command, async (client, typed) => {
    const id = idAt(typed, 0, 'alert');
    const { regime, ...rest } = typed.options;
    const at = formatInstant(parseInstant(rest.at, '--at'));
    const raw = await client.post(`/v1/alerts/${id}/awareness`, { at, regime });
    const { event, hash } = sealed(raw, 'awareness');
    return {
      json: raw,
      text: `Sealed ${at} under ${regime}: event ${event}, hash ${hash}\n`,
      hint: `What is due, and when: tocsin alert duties ${id}`,
    };
  });
}

const dutiesAnswer = object({
  items: list(
    object({
      code: text,
      rule: text,
      owner: text,
      participant: nullable(text),
      dueAt: text,
      state: text,
      consequence: text,
    }),
  ),
});

function addDuties(alert: Command, world: World): void {
  const command = alert
    .command('duties')
    .description('what is owed because of an alert, and until when; earliest first')
    .argument('<alert>', 'id of the alert');
  clientAction(world, command, async (client, typed) => {
    const raw = await client.get(`/v1/alerts/${idAt(typed, 0, 'alert')}/duties`);
    const rows = dutiesAnswer(raw, 'duties').items.map((duty) => [
      duty.dueAt,
      duty.state,
      duty.code,
      duty.rule,
      duty.participant ?? duty.owner,
      duty.consequence,
    ]);
    const heads = ['due', 'state', 'duty', 'rule', 'owed by', 'if missed'];
    return { json: raw, text: rows.length === 0 ? 'Nothing is owed.\n' : table(heads, rows) };
  });
}

const leaksAnswer = object({
  leaks: list(
    object({
      participant: text,
      noticedAt: text,
      reportedAt: text,
      report: object({ what: text, toWhom: text, prevention: text }),
    }),
  ),
});

function addLeaks(alert: Command, world: World): void {
  const command = alert
    .command('leaks')
    .description('the leaks that participants reported of themselves; oldest first')
    .argument('<alert>', 'id of the alert');
  clientAction(world, command, async (client, typed) => {
    const id = idAt(typed, 0, 'alert');
    const raw = await client.get(`/v1/alerts/${id}/leaks`);
    const { leaks } = leaksAnswer(raw, 'leaks');
    const { programme } = alertAnswer(await client.get(`/v1/alerts/${id}`), 'alert');
    const names = await namesOfAll(client, programme);
    const parts = leaks.map(({ participant, noticedAt, reportedAt, report }) => {
      const { what, toWhom, prevention } = report;
      const lines = [`what: ${what}`, `to whom: ${toWhom}`, `prevention: ${prevention}`];
      const head = `${plain(names.of(participant))}: noticed ${noticedAt}, reported ${reportedAt}`;
      return `${[head, ...lines.map((line) => `  ${plain(line, 4_100)}`)].join('\n')}\n`;
    });
    return { json: raw, text: parts.length === 0 ? 'Nobody reported one.\n' : parts.join('\n') };
  });
}

const obligationsAnswer = object({
  counts: list(
    object({ code: text, open: real, done: real, late: real, overdue: real, binding: real }),
  ),
  members: list(
    object({
      participant: text,
      obligations: list(
        object({
          code: text,
          dueAt: nullable(text),
          doneAt: nullable(text),
          state: text,
          says: nullable(text),
          products: list(object({ product: text, says: text, at: text })),
        }),
      ),
    }),
  ),
});

function addObligations(alert: Command, world: World): void {
  const command = alert
    .command('obligations')
    .description('what those owe who were given something of an alert; who is overdue first')
    .argument('<alert>', 'id of the alert');
  clientAction(world, command, async (client, typed) => {
    const id = idAt(typed, 0, 'alert');
    const raw = await client.get(`/v1/alerts/${id}/obligations`);
    const { counts, members } = obligationsAnswer(raw, 'obligations');
    const { programme } = alertAnswer(await client.get(`/v1/alerts/${id}`), 'alert');
    const names = await namesOfAll(client, programme);
    const sums = counts.map(({ code, overdue, open, done, late }) => [
      code,
      overdue,
      open,
      done,
      late,
    ]);
    // What binds everybody alike is in the sums.
    const rows = members.flatMap(({ participant, obligations }) =>
      obligations
        .filter(({ state }) => state !== 'binding')
        .map(({ code, dueAt, doneAt, state, says, products }) => [
          names.of(participant),
          code,
          dueAt ?? '',
          state === 'overdue' ? 'OVERDUE' : state,
          doneAt ?? '',
          [says ?? '', ...products.map((each) => `${each.product}: ${each.says}`)]
            .filter((word) => word !== '')
            .join(', '),
        ]),
    );
    const heads = ['participant', 'obligation', 'due', 'state', 'done', 'said'];
    return {
      json: raw,
      text:
        counts.length === 0
          ? 'Nobody owes anything.\n'
          : table(['obligation', 'overdue', 'open', 'done', 'late'], sums) +
            (rows.length === 0 ? '' : section('Members', table(heads, rows))),
    };
  });
}
