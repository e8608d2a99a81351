#!/usr/bin/env -S node --max-semi-space-size=8
import { readEnv } from '../config/env.ts';
import { run } from './program.ts';

// Whoever reads us may stop early (`| head`): that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

await run(process.argv.slice(2), {
  env: readEnv(),
  cwd: process.cwd(),
  fetch,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  finish: (status) => {
    process.exitCode = status;
  },
  watched: process.stderr.isTTY,
});
