import type { Command } from 'commander';
import { formatInstant, parseInstant } from '../domain/instant.ts';
import { clientAction, idAt } from './command.ts';
import { type Result, table } from './output.ts';
import { list, nullable, object, real, type Told, text } from './shape.ts';
import {
  type AnswerOptions,
  acceptOption,
  addAnswerOptions,
  answersOf,
  timingAnswer,
  timingText,
} from './timing-options.ts';
import type { World } from './world.ts';

const proposed = object({
  proposal: text,
  kind: text,
  dueAt: nullable(text),
  from: text,
  to: text,
  digest: text,
  difference: object({ participants: real, earlier: real, later: real }),
  timing: timingAnswer,
  lapses: list(object({ participant: text, was: text })),
});

type MoveOptions = AnswerOptions & { readonly to: string };
type ApproveOptions = { readonly digest: string; readonly accept?: readonly string[] };

/** `alert move`, `alert moved`, `alert approve-move` */
export function addMoveCommands(alert: Command, world: World): void {
  const move = alert
    .command('move')
    .description('propose another T0 after waves have begun; nothing changes yet')
    .argument('<alert>', 'id of the alert')
    .requiredOption('--to <instant>', 'the T0 that is proposed');
  addAnswerOptions(move);
  clientAction<MoveOptions>(world, move, async (client, typed) => {
    const { to, ...said } = typed.options;
    const disclosureAt = formatInstant(parseInstant(to, '--to'));
    const body = { disclosureAt, ...answersOf(said) };
    const path = `/v1/alerts/${idAt(typed, 0, 'alert')}/disclosure/proposals`;
    return shown(await client.post(path, body));
  });
  const look = alert
    .command('move-proposal')
    .description('what a proposed T0 would change as things are now')
    .argument('<proposal>', 'id of the proposal');
  clientAction(world, look, async (client, typed) =>
    shown(await client.get(`/v1/disclosure-proposals/${idAt(typed, 0, 'proposal')}`)),
  );
  const refuse = alert
    .command('refuse-move')
    .description('refuse what is proposed for an alert')
    .argument('<proposal>', 'id of the proposal')
    .requiredOption('--why <text>', 'why; kept with the alert');
  clientAction<{ readonly why: string }>(world, refuse, async (client, typed) => {
    const path = `/v1/disclosure-proposals/${idAt(typed, 0, 'proposal')}/refusal`;
    return { json: await client.post(path, { why: typed.options.why }), text: 'Refused\n' };
  });
  const approve = alert
    .command('approve-move')
    .description('put a proposed T0 in force, as a person who did not propose it')
    .argument('<proposal>', 'id of the proposal')
    .requiredOption('--digest <digest>', 'digest that was shown')
    .addOption(acceptOption());
  clientAction<ApproveOptions>(world, approve, async (client, typed) => {
    const path = `/v1/disclosure-proposals/${idAt(typed, 0, 'proposal')}/approval`;
    const { digest, accept } = typed.options;
    const raw = await client.post(path, { digest, ...answersOf(accept ? { accept } : {}) });
    const { disclosureAt, noticed } = moved(raw, 'approval');
    const told = `${noticed} participants are told that something changed`;
    return { json: raw, text: `Disclosure ${disclosureAt}\n${told}\n` };
  });
}

const moved = object({ disclosureAt: text, noticed: real });

function shown(raw: unknown): Result {
  const told = proposed(raw, 'proposal');
  const { proposal, kind, dueAt, from, to, digest, difference, timing, lapses } = told;
  const { participants, earlier, later } = difference;
  return {
    json: raw,
    text:
      `${kind === 'move' ? `${from} → ${to}` : `waves to come open at once, T0 stays ${to}`}\n` +
      (dueAt === null ? '' : `in force at ${dueAt} unless it is refused before\n`) +
      `of ${participants} participants, something opens earlier to ${earlier}, ` +
      `later to ${later}\n${lapsing(lapses)}${timingText(timing)}digest ${digest}\n`,
    hint: `Next, by another person: tocsin alert approve-move ${proposal} --digest ${digest}`,
  };
}

function lapsing(lapses: Told<typeof proposed>['lapses']): string {
  if (lapses.length === 0) return '';
  const rows = lapses.map(({ participant, was }) => [participant, was]);
  const heading = 'consents lapse: nothing before T0 without a new invitation and its answer';
  return `${heading}\n${table(['participant', 'was'], rows)}`;
}
