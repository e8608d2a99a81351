#!/usr/bin/env node
import { homedir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { systemClock } from '../main/clock.ts';
import { run } from './reader/run.ts';

const clock = systemClock();
process.exitCode = await run(process.argv.slice(2), {
  home: join(homedir(), '.tocsin-reader'),
  fetch,
  now: () => clock.now(),
  stdin: () => text(process.stdin),
  out: (bytes) => process.stdout.write(bytes),
  err: (line) => process.stderr.write(`${line}\n`),
});
