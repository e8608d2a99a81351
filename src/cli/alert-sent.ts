import { resolve } from 'node:path';
import type { Command } from 'commander';
import { alertAnswer } from './alert-answers.ts';
import { clientAction, idAt } from './command.ts';
import { readLocalFile } from './local-file.ts';
import { namesOfAll } from './names.ts';
import { section, table } from './output.ts';
import { say, wordsOf } from './programme.ts';
import { list, nullable, object, real, text } from './shape.ts';
import type { World } from './world.ts';

const compared = object({
  findings: list(
    object({
      line: real,
      participant: nullable(text),
      artifact: nullable(text),
      at: text,
      verdict: text,
      from: nullable(text),
      reason: nullable(text),
    }),
  ),
  notSent: list(object({ participant: text, artifacts: list(text) })),
});

/** `alert compare-sent` */
export function addCompareSent(alert: Command, world: World): void {
  const command = alert
    .command('compare-sent')
    .description('what was really sent by another way, against what the policy says')
    .argument('<alert>', 'id of the alert')
    .argument('<file>', 'CSV with the columns participant, artifact and at');
  clientAction(world, command, async (client, typed) => {
    const id = idAt(typed, 0, 'alert');
    const file = await readLocalFile(resolve(world.cwd, typed.args[1] ?? ''));
    const raw = await client.postBytes(`/v1/alerts/${id}/sent-comparison`, file);
    const { findings, notSent } = compared(raw, 'comparison');
    const { programme, artifacts } = alertAnswer(await client.get(`/v1/alerts/${id}`), 'alert');
    const names = await namesOfAll(client, programme);
    const { reasons } = await wordsOf(client, programme);
    const artifactName = (one: string | null) =>
      one === null ? '' : (artifacts.find((artifact) => artifact.id === one)?.name ?? one);
    const counts = [...Map.groupBy(findings, ({ verdict }) => verdict)].map(([verdict, those]) => [
      verdict,
      those.length,
    ]);
    const others = findings
      .filter(({ verdict }) => verdict !== 'as_decided')
      .map(({ line, participant, artifact, at, verdict, from, reason }) => [
        line,
        participant === null ? '' : names.of(participant),
        artifactName(artifact),
        at,
        verdict,
        from ?? '',
        reason === null ? '' : say(reasons, reason),
      ]);
    const missing = notSent.map(({ participant, artifacts: those }) => [
      names.of(participant),
      those.map(artifactName).join(', '),
    ]);
    const heads = ['line', 'participant', 'artifact', 'sent', 'verdict', 'open from', 'why'];
    return {
      json: raw,
      text:
        table(['sent', 'artifacts'], counts) +
        (others.length === 0 ? '' : section('Not as decided', table(heads, others))) +
        (missing.length === 0
          ? ''
          : section('Open by now, and not sent', table(['participant', 'artifacts'], missing))),
    };
  });
}
