import { resolve } from 'node:path';
import type { Command } from 'commander';
import { alertAnswer } from './alert-answers.ts';
import type { Client } from './client.ts';
import { clientAction, idAt } from './command.ts';
import { readLocalFile } from './local-file.ts';
import { addName, Names } from './names.ts';
import { PROGRAMME, PROGRAMME_HELP, type ProgrammeOption, programmeOf } from './programme.ts';
import { object, text } from './shape.ts';
import { type TraceAnswer, traceAnswer } from './trace-answers.ts';
import { addFind } from './trace-find.ts';
import { addOpen } from './trace-open.ts';
import { tracePage } from './trace-page.ts';
import { addRelease, addReply } from './trace-release.ts';
import { traceText } from './trace-text.ts';
import { openProgress, type World } from './world.ts';

const opened = object({ sighting: text });

export function addTraceCommands(program: Command, world: World): void {
  const trace = program
    .command('trace')
    .description('a text that turned up: keep it, and find the copy it was made from')
    .argument('<file>', 'the sample, as found')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, trace, async (client, { args: [file = ''], options }) => {
    const sample = await readLocalFile(resolve(world.cwd, file));
    const programme = await programmeOf(client, options);
    const raw = await client.postBytes(`/v1/programmes/${programme}/sightings`, sample);
    const { sighting } = opened(raw, 'sighting');
    return {
      json: raw,
      text: `Kept as sighting ${sighting}\n`,
      hint:
        `Next: tocsin trace find ${sighting} …, and by another person: ` +
        `tocsin trace approve ${sighting}`,
    };
  });
  addFind(trace, world);
  addApprove(trace, world);
  addOpen(trace, world);
  addRun(trace, world);
  addShow(trace, world);
  addRelease(trace, world);
  addReply(trace, world);
}

function addApprove(trace: Command, world: World): void {
  const command = trace
    .command('approve')
    .description('approve the tracing of a sample, as a person who did not bring it')
    .argument('<sighting>', 'id of the sighting');
  clientAction(world, command, async (client, typed) => {
    const id = idAt(typed, 0, 'sighting');
    const raw = await client.post(`/v1/sightings/${id}/approval`, {});
    return { json: raw, text: `Approved ${id}\n`, hint: `Next: tocsin trace run ${id}` };
  });
}

function addRun(trace: Command, world: World): void {
  const command = trace
    .command('run')
    .description('trace an approved sample; a repeat gives the first report again')
    .argument('<sighting>', 'id of the sighting')
    .option('--without-sealed', 'leave out alerts whose mark key is sealed; the report says so');
  clientAction<{ readonly withoutSealed?: true }>(world, command, async (client, typed) => {
    const progress = openProgress(world);
    progress.at('reading the sample and comparing copies');
    const path = `/v1/sightings/${idAt(typed, 0, 'sighting')}/trace`;
    const query = typed.options.withoutSealed === true ? '?sealed=left_out' : '';
    const raw = await client.post(`${path}${query}`, {}).finally(() => progress.done());
    return shown(client, raw);
  });
}

function addShow(trace: Command, world: World): void {
  const command = trace
    .command('show')
    .description('the report of a traced sample')
    .argument('<sighting>', 'id of the sighting')
    .option('--html', 'as a page that needs nothing else, to be read in a browser or printed');
  clientAction<{ readonly html?: true }>(world, command, async (client, typed) => {
    const raw = await client.get(`/v1/sightings/${idAt(typed, 0, 'sighting')}/trace`);
    return shown(client, raw, typed.options.html === true ? tracePage : traceText);
  });
}

async function shown(
  client: Client,
  raw: unknown,
  show: (report: TraceAnswer, names: Names) => string = traceText,
) {
  const report = traceAnswer(raw, 'report');
  return { json: raw, text: show(report, await namesIn(client, report)) };
}

/** The names of the alerts, artifacts, participants and readers that a report shows. */
async function namesIn(
  client: Client,
  { alerts, evidence, find, leftOut, unsearched, status }: TraceAnswer,
): Promise<Names> {
  const names = new Names();
  for (const { alert, result } of alerts) {
    const answer = await client.get(`/v1/alerts/${alert}`);
    const { title, programme, artifacts } = alertAnswer(answer, 'alert');
    names.add(alert, title);
    for (const { id, name } of artifacts) names.add(id, name);
    const named = evidence?.participants ?? [];
    const shownRows = [...result.identified, ...result.canaries, ...named];
    const ids = [...shownRows.map(({ participant }) => participant), find?.member ?? null];
    ids.push(...status.replies.map(({ participant }) => participant));
    for (const id of new Set(ids.filter((one) => one !== null))) {
      await addName(client, names, programme, id);
    }
  }
  for (const alert of [...leftOut, ...unsearched]) {
    names.add(alert, alertAnswer(await client.get(`/v1/alerts/${alert}`), 'alert').title);
  }
  return names;
}
