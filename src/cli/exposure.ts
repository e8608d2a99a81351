/** Who held an alert, by whatever way, and what may explain a find besides. */
import { Argument, type Command, Option } from 'commander';
import { formatInstant, parseInstant } from '../domain/instant.ts';
import { KNOWERS, OTHER_CHANNELS } from '../domain/knowledge.ts';
import { alertAnswer } from './alert-answers.ts';
import { clientAction, idAt } from './command.ts';
import { namesOfAll } from './names.ts';
import { section, table } from './output.ts';
import { list, nullable, object, real, text } from './shape.ts';
import type { World } from './world.ts';

const exposure = object({
  held: list(object({ participant: text, reader: text, first: text, copies: real })),
  others: list(
    object({
      since: text,
      channel: nullable(text),
      participant: nullable(text),
      role: nullable(text),
      who: nullable(text),
    }),
  ),
  alike: list(text),
  rivalHypotheses: list(text),
});

/** `exposure`: whoever held copies is a fact; that one of them is the source is not. */
export function addExposureCommands(program: Command, world: World): void {
  const command = program
    .command('exposure')
    .description('who held copies before an instant, and what else may explain a find')
    .argument('<alert>', 'id of the alert')
    .requiredOption('--before <instant>', 'such as the first sighting');
  clientAction<{ readonly before: string }>(world, command, async (client, typed) => {
    const id = idAt(typed, 0, 'alert');
    const before = formatInstant(parseInstant(typed.options.before, '--before'));
    const query = encodeURIComponent(before);
    const raw = await client.get(`/v1/alerts/${id}/exposure?before=${query}`);
    const { held, others, alike, rivalHypotheses } = exposure(raw, 'exposure');
    const { programme } = alertAnswer(await client.get(`/v1/alerts/${id}`), 'alert');
    const names = await namesOfAll(client, programme);
    const rows = held.map(({ participant, reader, first, copies }) => [
      names.who(participant),
      names.who(reader),
      first,
      copies,
    ]);
    const outside = others.map(({ since, channel, participant, role, who }) => [
      participant === null ? (who ?? '') : names.who(participant),
      role ?? `by ${channel}`,
      since,
    ]);
    return {
      json: raw,
      text:
        `${table(['participant', 'reader', 'first copy', 'copies'], rows)}\n` +
        (outside.length === 0
          ? ''
          : `${section('By other ways', table(['who', 'how', 'since'], outside))}\n`) +
        (alike.length === 0
          ? ''
          : `${alike.length} of its artifacts went out unmarked: whose copy of one a find is ` +
            'cannot be told.\n\n') +
        'That somebody held a copy does not say that a find comes from it. Others that may:\n' +
        rivalHypotheses.map((name) => `  ${RIVALS[name] ?? name}\n`).join(''),
    };
  });
  addRecords(program, world);
}

const RIVALS: Readonly<Record<string, string>> = {
  issuer_insider: 'the issuer’s own side',
  upstream: 'whoever reported or supplied it, or was told upstream',
  public_commit: 'a fix that was visible in public code',
  patch_diff: 'the patch, compared with what it replaced',
  independent_rediscovery: 'somebody who found it too',
  in_the_wild_prior: 'use of it before the first notice',
};

const recorded = object({ knowledge: text });

function addRecords(program: Command, world: World): void {
  const delivery = program
    .command('delivery')
    .description('copies that went out by other channels')
    .command('record')
    .description('record a copy that a participant had by another channel')
    .argument('<alert>', 'id of the alert')
    .argument('<participant>', 'id of the participant')
    .addOption(channelOption())
    .requiredOption('--at <instant>', 'when it went out');
  clientAction<{ readonly at: string; readonly channel: string }>(
    world,
    delivery,
    async (client, typed) => {
      const at = formatInstant(parseInstant(typed.options.at, '--at'));
      const { channel } = typed.options;
      const path = `/v1/alerts/${idAt(typed, 0, 'alert')}/outside-deliveries`;
      const body = { participant: idAt(typed, 1, 'participant'), channel, at };
      const raw = await client.post(path, body);
      return { json: raw, text: `${recorded(raw, 'delivery').knowledge}\n` };
    },
  );
  const knowledge = program
    .command('knowledge')
    .description('who knows of an alert without being a participant')
    .command('record')
    .description('record who knew of an alert without being a participant, and since when')
    .argument('<alert>', 'id of the alert')
    .addArgument(new Argument('<role>', 'what they are to it').choices(KNOWERS))
    .requiredOption('--who <text>', 'a name, kept encrypted')
    .requiredOption('--since <instant>', 'since when');
  clientAction<{ readonly who: string; readonly since: string }>(
    world,
    knowledge,
    async (client, typed) => {
      const since = formatInstant(parseInstant(typed.options.since, '--since'));
      const path = `/v1/alerts/${idAt(typed, 0, 'alert')}/knowledge`;
      const body = { role: typed.args[1], who: typed.options.who, since };
      const raw = await client.post(path, body);
      return { json: raw, text: `${recorded(raw, 'knowledge').knowledge}\n` };
    },
  );
}

function channelOption(): Option {
  return new Option('--channel <word>', 'by which channel')
    .choices([...OTHER_CHANNELS])
    .makeOptionMandatory();
}
