import type { Command } from 'commander';
import { plain } from '../participant/plain.ts';
import { alertAnswer } from './alert-answers.ts';
import { clientAction, idAt } from './command.ts';
import { namesOfAll } from './names.ts';
import { section, table } from './output.ts';
import { list, nullable, object, real, text } from './shape.ts';
import type { World } from './world.ts';

const feedbackAnswer = object({
  counts: list(object({ artifact: text, says: text, participants: real })),
  items: list(
    object({
      artifact: text,
      participant: text,
      says: text,
      rule: nullable(text),
      note: nullable(text),
      at: text,
    }),
  ),
});

/** `alert feedback` */
export function addFeedback(alert: Command, world: World): void {
  const command = alert
    .command('feedback')
    .description('what participants found when they tried its artifacts; newest first')
    .argument('<alert>', 'id of the alert');
  clientAction(world, command, async (client, typed) => {
    const id = idAt(typed, 0, 'alert');
    const raw = await client.get(`/v1/alerts/${id}/feedback`);
    const { counts, items } = feedbackAnswer(raw, 'feedback');
    if (items.length === 0) return { json: raw, text: 'Nobody has said anything.\n' };
    const { programme, artifacts } = alertAnswer(await client.get(`/v1/alerts/${id}`), 'alert');
    const names = await namesOfAll(client, programme);
    const artifactName = (one: string) => {
      const known = artifacts.find((artifact) => artifact.id === one);
      return known ? `${known.name} ${known.version}` : one;
    };
    const sums = counts.map(({ artifact, says, participants }) => [
      artifactName(artifact),
      says,
      participants,
    ]);
    const said = items.map(({ at, artifact, participant, says, rule, note }) => {
      const about = rule === null ? '' : `, rule ${plain(rule, 200)}`;
      const head = `${at}  ${plain(names.of(participant))}: ${artifactName(artifact)} ${says}`;
      return `${head}${about}\n${note === null ? '' : `  ${plain(note, 4_100)}\n`}`;
    });
    return {
      json: raw,
      text:
        table(['artifact', 'said last', 'participants'], sums) + section('In words', said.join('')),
    };
  });
}
