import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { invalid } from '../domain/errors.ts';
import { formatInstant, instant } from '../domain/instant.ts';
import type { Auditor } from '../main/log-audit.ts';
import { clientAction } from './command.ts';
import { facts } from './output.ts';
import { openProgress, type World } from './world.ts';

export function addLogCommands(program: Command, world: World): void {
  const log = program.command('log').description('the ledger: prove, verify, export');
  addProve(log, world);
  addVerify(log, world);
  addExport(log, world);
}

/** The folder of what was pinned. Loaded when needed: it brings the cryptography along. */
async function auditorFor(world: World, url: string): Promise<Auditor> {
  const { openAuditor } = await import('../main/log-audit.ts');
  const folder = world.env.TOCSIN_HOME ?? join(homedir(), '.tocsin-cli');
  return openAuditor(resolve(world.cwd, folder), world.fetch, url);
}

function addProve(log: Command, world: World): void {
  const command = log
    .command('prove')
    .description('prove that an event is in the ledger; the proof is checked here')
    .argument('<leaf>', 'its leaf hash: the promise of a copy names it');
  clientAction(world, command, async (client, { args: [leaf = ''] }) => {
    if (!/^[0-9a-f]{64}$/.test(leaf)) throw invalid('leaf', '64 lower-case hex digits', leaf);
    const { verifyProof } = await import('../main/log-audit.ts');
    const proof = await client.get(`/v1/log/proofs/${leaf}`);
    const proven = await verifyProof(await auditorFor(world, client.url), proof);
    const { body, tick, at, size } = proven;
    return {
      json: proof,
      text: facts([
        ['proven', leaf],
        ['tick', `${tick}, at ${formatInstant(instant(at))}`],
        ['log', `${size} ticks, signed`],
        ['event', body],
      ]),
    };
  });
}

function addVerify(log: Command, world: World): void {
  const command = log
    .command('verify')
    .description('check that the log only grew since the last time, and an export line by line')
    .option('--export <file>', 'an export of log export');
  clientAction<{ readonly export?: string }>(world, command, async (client, { options }) => {
    const { auditExport, auditLog } = await import('../main/log-audit.ts');
    const auditor = await auditorFor(world, client.url);
    const audit = await auditLog(auditor);
    const exported =
      options.export === undefined
        ? null
        : await auditExport(auditor, resolve(world.cwd, options.export));
    const { size, root, from, pinned } = audit;
    const since = from === null ? 'first seen now' : `goes on from the ${from} seen before`;
    const keys = pinned ? 'pinned just now, from the server itself' : 'those pinned before';
    return {
      json: { verified: true, ...audit, export: exported },
      text: `Verified\n${facts([
        ['log', `${size} ticks, ${since}`],
        ['root', root],
        ['keys', `${keys} (${auditor.home.place})`],
        ...(exported === null
          ? []
          : [['export', `${exported.ticks} ticks, ${exported.events} events`] as const]),
      ])}`,
    };
  });
}

function addExport(log: Command, world: World): void {
  const command = log
    .command('export')
    .description('write the whole ledger to a file, for an auditor with tools of their own')
    .argument('<file>', 'where to; it is complete or not there');
  clientAction(world, command, async (client, { args: [name = ''] }) => {
    const file = resolve(world.cwd, name);
    const unfinished = `${file}.unfinished`;
    const progress = openProgress(world);
    let bytes = 0;
    const counted = async function* (source: AsyncIterable<Uint8Array>) {
      for await (const part of source) {
        bytes += part.length;
        progress.at(`${Math.floor(bytes / 1_000_000)} MB`);
        yield part;
      }
    };
    try {
      // It holds every event's body: nobody else's business.
      const target = createWriteStream(unfinished, { mode: 0o600 });
      await pipeline(client.stream('/v1/log/export'), counted, target);
      await rename(unfinished, file);
    } finally {
      progress.done();
      await rm(unfinished, { force: true });
    }
    return {
      json: { file, bytes },
      text: `${file}\n${bytes} bytes\n`,
      hint: `Next: tocsin log verify --export ${name}`,
    };
  });
}
