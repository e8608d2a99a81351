#!/usr/bin/env node
import { homedir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readVariable } from '../config/env.ts';
import { systemClock } from '../main/clock.ts';
import { gpg } from './reader/gpg.ts';
import { run } from './reader/run.ts';

// Whoever reads us may stop early (`| head`): that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const clock = systemClock();
process.exitCode = await run(process.argv.slice(2), {
  home: readVariable('TOCSIN_HOME') ?? join(homedir(), '.tocsin-reader'),
  fetch,
  openpgp: gpg(),
  now: () => clock.now(),
  stdin: () => {
    if (process.stdin.isTTY) process.stderr.write('Paste the invitation, then Enter and Ctrl-D:\n');
    return text(process.stdin);
  },
  out: (bytes) => process.stdout.write(bytes),
  err: (line) => process.stderr.write(`${line}\n`),
});
