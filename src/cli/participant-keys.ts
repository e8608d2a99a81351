import { Argument, type Command } from 'commander';
import { KEY_REPORTS } from '../domain/key-report.ts';
import { invitationText, parseServerUrl } from '../main/client-parts.ts';
import type { Client } from './client.ts';
import { clientAction, idAt } from './command.ts';
import { changeResult, mayWait } from './participant-change.ts';
import { PROGRAMME, PROGRAMME_HELP, type ProgrammeOption, programmeOf } from './programme.ts';
import { nullable, object, text } from './shape.ts';
import type { World } from './world.ts';

const invited = object({
  reader: text,
  invitation: text,
  issuer: object({ origin: text, logVerifierKey: text, manifestKey: text }),
});

/** The reader invited, and what it joins with. @throws INVALID_INPUT on a URL that will not do. */
export function invitedAt(readerUrl: string, raw: unknown): { reader: string; word: string } {
  const url = parseServerUrl(readerUrl, '--reader-url');
  const { reader, invitation, issuer } = invited(raw, 'invitation');
  return { reader, word: invitationText({ url, invitation, keys: issuer }) };
}

const issuer = object({ url: nullable(text) });

/** Where readers reach the server: as typed, else as it was told itself, else where we reach it. */
export async function readersUrl(client: Client, typed: string | undefined): Promise<string> {
  if (typed !== undefined) return typed;
  const { url } = issuer(await client.get('/v1/issuer'), 'issuer');
  return url ?? client.url;
}

type ReinviteOptions = ProgrammeOption & { readonly readerUrl?: string };

/** `participant report-key`, `participant reinvite` */
export function addKeyCommands(participant: Command, world: World): void {
  const report = participant
    .command('report-key')
    .description('propose that a reader’s keys are lost or stolen; another person confirms it')
    .argument('<participant>', 'id of the participant')
    .argument('<reader>', 'id of the reader')
    .addArgument(new Argument('<what>', 'what became of them').choices(KEY_REPORTS))
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, report, async (client, typed) => {
    const programme = await programmeOf(client, typed.options);
    const path = `${readerPath(programme, typed)}/key-report`;
    const raw = await client.post(path, { what: typed.args[2] });
    return changeResult(raw, mayWait(raw, 'report').proposal, '');
  });
  const again = participant
    .command('reinvite')
    .description('invite a reader anew whose keys were reported: prints what it joins with, once')
    .argument('<participant>', 'id of the participant')
    .argument('<reader>', 'id of the reader')
    .option('--reader-url <url>', 'where readers reach the server (default: as it was told)')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ReinviteOptions>(world, again, async (client, typed) => {
    const programme = await programmeOf(client, typed.options);
    const raw = await client.post(`${readerPath(programme, typed)}/invitation`, {});
    const { reader, word } = invitedAt(await readersUrl(client, typed.options.readerUrl), raw);
    const hint = 'It joins with it in a new home; its keys are used a day after that.';
    return { json: { reader, invitation: word }, text: `${word}\n`, hint };
  });
}

function readerPath(programme: string, typed: Parameters<typeof idAt>[0]): string {
  const [participant, reader] = [idAt(typed, 0, 'participant'), idAt(typed, 1, 'reader')];
  return `/v1/programmes/${programme}/participants/${participant}/readers/${reader}`;
}
