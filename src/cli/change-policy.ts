/** A change of policy: its effects, its proposal, and the second person's word. */
import type { Command } from 'commander';
import type { Client } from './client.ts';
import { clientAction, idAt } from './command.ts';
import { comparisonAnswer, comparisonCsv, comparisonText } from './comparison-text.ts';
import { facts, table } from './output.ts';
import {
  PROGRAMME,
  PROGRAMME_HELP,
  type ProgrammeOption,
  programmeOf,
  wordsOf,
} from './programme.ts';
import { list, object, real, text } from './shape.ts';
import type { World } from './world.ts';

/** Stands for the policy in force where a pack is expected. */
const ACTIVE = 'active';

const proposed = object({ proposal: text, digest: text, comparison: comparisonAnswer });

export function addPolicyChangeCommands(policy: Command, world: World): void {
  addDiff(policy, world);
  addPropose(policy, world);
  addProposals(policy, world);
  addShow(policy, world);
  addActivate(policy, world);
}

type DiffOptions = ProgrammeOption & { readonly csv?: boolean };

function addDiff(policy: Command, world: World): void {
  const command = policy
    .command('diff')
    .description('whom a change of policy would touch, over enrolments and open alerts')
    .argument('<old>', `"${ACTIVE}" for the policy in force, or a pack: its folder or name`)
    .argument('<new>', 'a pack: its folder, or the name of one that came with Tocsin')
    .option(PROGRAMME, PROGRAMME_HELP)
    .option('--csv', 'one row for each participant, alert, kind and change');
  clientAction<DiffOptions>(world, command, async (client, { args, options }) => {
    const [old = '', fresh = ''] = args;
    const programme = await programmeOf(client, options);
    const body = {
      before: old === ACTIVE ? null : await filesOf(world, old),
      after: await filesOf(world, fresh),
    };
    const raw = await client.post(`/v1/programmes/${programme}/policy/comparisons`, body);
    const comparison = comparisonAnswer(raw, 'comparison');
    const words = await wordsOf(client, programme);
    const show = options.csv === true ? comparisonCsv : comparisonText;
    return { json: raw, text: show(comparison, words) };
  });
}

async function filesOf(world: World, pack: string): Promise<Readonly<Record<string, string>>> {
  const { packAt } = await import('../main/pack-folder.ts');
  return (await packAt(pack, world.cwd)).files;
}

function addPropose(policy: Command, world: World): void {
  const command = policy
    .command('propose')
    .description('propose a pack: it is checked and kept until a second person puts it in force')
    .argument('<pack>', 'its folder, or the name of one that came with Tocsin')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, { args: [name = ''], options }) => {
    const { packAt } = await import('../main/pack-folder.ts');
    const programme = await programmeOf(client, options);
    const pack = await packAt(name, world.cwd);
    const path = `/v1/programmes/${programme}/policy/proposals`;
    const raw = await client.post(path, pack);
    return { json: raw, text: await proposedText(client, programme, raw) };
  });
}

async function proposedText(client: Client, programme: string, raw: unknown): Promise<string> {
  const { proposal, digest, comparison } = proposed(raw, 'proposal');
  const words = await wordsOf(client, programme);
  return (
    `${comparisonText(comparison, words)}\n` +
    facts([
      ['Proposal', proposal],
      ['Digest', digest],
    ])
  );
}

const proposals = object({
  items: list(object({ id: text, pack: text, sha256: text, proposer: text, at: text })),
});

function addProposals(policy: Command, world: World): void {
  const command = policy
    .command('proposals')
    .description('proposed policies that wait for a second person')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, { options }) => {
    const programme = await programmeOf(client, options);
    const raw = await client.get(`/v1/programmes/${programme}/policy/proposals`);
    const rows = proposals(raw, 'proposals').items.map(({ id, pack, proposer, at }) => [
      ...[id, pack, at, proposer],
    ]);
    return { json: raw, text: table(['proposal', 'pack', 'since', 'by'], rows) };
  });
}

function addShow(policy: Command, world: World): void {
  const command = policy
    .command('proposal')
    .description('what a proposed policy would change as things are now, and its digest')
    .argument('<proposal>', 'id of the proposal')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, typed) => {
    const id = idAt(typed, 0, 'proposal');
    const programme = await programmeOf(client, typed.options);
    const raw = await client.get(`/v1/policy-proposals/${id}`);
    return { json: raw, text: await proposedText(client, programme, raw) };
  });
}

const activated = object({ sha256: text, alerts: real });

function addActivate(policy: Command, world: World): void {
  const command = policy
    .command('activate')
    .description('put a proposed policy in force, as the second person')
    .argument('<proposal>', 'id of the proposal')
    .requiredOption('--digest <digest>', 'the digest of what was shown');
  clientAction<{ readonly digest: string }>(world, command, async (client, typed) => {
    const id = idAt(typed, 0, 'proposal');
    const { digest } = typed.options;
    const raw = await client.post(`/v1/policy-proposals/${id}/approval`, { digest });
    const { sha256, alerts } = activated(raw, 'activation');
    return {
      json: raw,
      text: facts([
        ['In force', sha256],
        ['Alerts decided again', alerts],
      ]),
    };
  });
}
