/** What is proposed about participants, and its second person. */
import type { Command } from 'commander';
import { clientAction, idAt } from './command.ts';
import { importRows, importText, rowsOf } from './import-text.ts';
import { invitedAt, readersUrl } from './invited.ts';
import { facts, type Result } from './output.ts';
import { fields, list, nullable, object, type Told, text } from './shape.ts';
import { proposedTerms, proposedTermsText } from './terms-text.ts';
import type { World } from './world.ts';

/** What waits for a second person. */
export const waiting = object({ change: text, digest: text });

/** A change that another person has to put in force; null: it is in force. */
export const mayWait = object({ proposal: nullable(waiting) });

/** What came of a change: `done` where it is in force. */
export function changeResult(
  raw: unknown,
  proposal: Told<typeof waiting> | null,
  done: string,
): Result {
  if (proposal === null) return { json: raw, text: done };
  return { json: raw, text: 'Proposed, and not in force\n', hint: nextStep(proposal) };
}

export function nextStep({ change, digest }: Told<typeof waiting>): string {
  return `Next, by another person: tocsin participant approve-change ${change} --digest ${digest}`;
}

const change = object({
  change: text,
  kind: text,
  digest: text,
  proposer: text,
  at: text,
  outcome: nullable(text),
  participant: nullable(text),
  name: nullable(text),
  before: nullable(fields),
  after: nullable(fields),
  keys: nullable(object({ reader: text, what: text })),
  rows: nullable(importRows),
  transition: nullable(
    object({ participants: list(text), accepts: list(text), expiresAt: text, reason: text }),
  ),
  terms: nullable(proposedTerms),
  register: nullable(text),
  officer: nullable(object({ reader: text, label: text })),
  administrator: nullable(object({ reader: text, label: text })),
  application: nullable(object({ id: text, reason: text })),
});
type Change = Told<typeof change>;

type ApproveOptions = { readonly digest: string; readonly readerUrl?: string };

const decided = object({ outcome: text, invited: nullable(fields) });

const COMES_BACK =
  'In force: nothing is sealed to the old keys. Hand this to the reader, and not to who ' +
  'proposed it.\nThe reader joins in a new home by tocsin-reader join --code, with the code that ' +
  'was shown to them; its keys are used a day after that.';

/** `participant show-change`, `participant approve-change`, `participant refuse-change` */
export function addMemberChangeCommands(participant: Command, world: World): void {
  const show = participant
    .command('show-change')
    .description('what is proposed about participants, fact by fact, and its digest')
    .argument('<change>', 'id of the proposal');
  clientAction(world, show, async (client, typed) => {
    const raw = await client.get(`/v1/member-changes/${idAt(typed, 0, 'change')}`);
    return shown(raw, change(raw, 'change'));
  });
  const approve = participant
    .command('approve-change')
    .description('put a proposal about participants in force, as a person who did not make it')
    .argument('<change>', 'id of the proposal')
    .requiredOption('--digest <digest>', 'digest that was shown')
    .option(
      '--reader-url <url>',
      'of lost keys: where readers reach the server (default: as told)',
    );
  clientAction<ApproveOptions>(world, approve, async (client, typed) => {
    const path = `/v1/member-changes/${idAt(typed, 0, 'change')}/decision`;
    const { digest } = typed.options;
    const readerUrl = await readersUrl(client, typed.options.readerUrl);
    const raw = await client.post(path, { decision: 'confirm', digest });
    const { outcome, invited } = decided(raw, 'decision');
    if (invited === null) {
      return { json: raw, text: 'In force: everybody concerned is decided again\n' };
    }
    const { reader, word } = invitedAt(readerUrl, invited);
    return { json: { outcome, reader, invitation: word }, text: `${word}\n`, hint: COMES_BACK };
  });
  const refuse = participant
    .command('refuse-change')
    .description('refuse a proposal about participants, or take one’s own back')
    .argument('<change>', 'id of the proposal');
  clientAction(world, refuse, async (client, typed) => {
    const path = `/v1/member-changes/${idAt(typed, 0, 'change')}`;
    const { digest } = waiting(await client.get(path), 'change');
    const raw = await client.post(`${path}/decision`, { decision: 'refuse', digest });
    return { json: raw, text: 'Refused\n' };
  });
}

function shown(raw: unknown, seen: Change): Result {
  const { kind, participant, name, at, outcome, digest, before, after, rows } = seen;
  const { keys, transition, terms, register, officer, administrator, application } = seen;
  const head: (readonly [string, string])[] = [
    [kind, name ?? participant ?? ''],
    ['proposed', at],
    ['decision', outcome ?? 'open'],
    ...(keys === null ? [] : ([[`keys ${keys.what}`, `reader ${keys.reader}`]] as const)),
  ];
  const listed =
    (rows === null ? '' : importText(rows)) +
    (transition === null ? '' : facts(transitionRows(transition))) +
    (terms === null ? '' : proposedTermsText(terms)) +
    (application === null
      ? ''
      : facts([
          ['application', application.id],
          ['told, why', application.reason],
        ])) +
    (register === null ? '' : facts([['published', register]])) +
    (officer === null ? '' : facts([['officer', `${officer.label}, ${officer.reader}`]])) +
    (administrator === null
      ? ''
      : facts([['administrator', `${administrator.label}, ${administrator.reader}`]]));
  const body = (after === null ? '' : facts(rowsOf(before, after))) + listed;
  const result = { json: raw, text: `${facts(head)}${body}Digest  ${digest}\n` };
  return outcome === null ? { ...result, hint: nextStep(seen) } : result;
}

function transitionRows(transition: NonNullable<Change['transition']>): [string, string][] {
  const { participants, accepts, expiresAt, reason } = transition;
  return [
    ['taken for shown', accepts.join(', ')],
    ['until', expiresAt],
    ['because', reason],
    ['of', participants.join(', ')],
  ];
}
