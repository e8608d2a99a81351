import type { Command } from 'commander';
import { clientAction, idAt } from './command.ts';
import type { Result } from './output.ts';
import { flag, nullable, object, real, type Told, text } from './shape.ts';
import type { World } from './world.ts';

const proposed = object({
  proposal: text,
  digest: text,
  event: nullable(object({ kind: text, at: text })),
  involvement: nullable(object({ participant: text, involvement: text })),
  consent: nullable(object({ participant: text, consent: text })),
  difference: object({ participants: real, more: real, less: real, everybody: flag }),
});
type Proposed = Told<typeof proposed>;

/** A change that a second person has to put in force; null: it is in force. */
export const mayWait = nullable(proposed);

/** What came of a change: `done` where it is in force. */
export function changeResult(raw: unknown, waiting: Proposed | null, done: string): Result {
  return waiting === null ? { json: raw, text: done } : shown(raw, waiting);
}

/** `alert change-proposal`, `alert approve-change` */
export function addChangeCommands(alert: Command, world: World): void {
  const look = alert
    .command('change-proposal')
    .description('what a proposed change of an approved alert would open as things are now')
    .argument('<proposal>', 'id of the proposal');
  clientAction(world, look, async (client, typed) => {
    const raw = await client.get(`/v1/alert-changes/${idAt(typed, 0, 'proposal')}`);
    return shown(raw, proposed(raw, 'proposal'));
  });
  const approve = alert
    .command('approve-change')
    .description('put a proposed change in force, as a person who did not propose it')
    .argument('<proposal>', 'id of the proposal')
    .requiredOption('--digest <digest>', 'digest that was shown');
  clientAction<{ readonly digest: string }>(world, approve, async (client, typed) => {
    const path = `/v1/alert-changes/${idAt(typed, 0, 'proposal')}/approval`;
    const raw = await client.post(path, { digest: typed.options.digest });
    return { json: raw, text: 'In force: everybody concerned is decided again\n' };
  });
}

function shown(raw: unknown, change: Proposed): Result {
  const { proposal, digest, difference } = change;
  const { participants, more, less, everybody } = difference;
  return {
    json: raw,
    text:
      `${what(change)}: not in force, it waits for another person\n` +
      `of ${participants} participants, ${more} get more and ${less} less\n` +
      `${everybody ? 'something opens to everybody\n' : ''}digest ${digest}\n`,
    hint: `Next, by another person: tocsin alert approve-change ${proposal} --digest ${digest}`,
  };
}

function what({ event, involvement, consent }: Proposed): string {
  if (event !== null) return `${event.kind} at ${event.at}`;
  if (involvement !== null) return `${involvement.participant}: ${involvement.involvement}`;
  return consent === null ? 'assessment' : `${consent.participant}: consent ${consent.consent}`;
}
