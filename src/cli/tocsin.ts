#!/usr/bin/env -S node --max-semi-space-size=8
import { createInterface } from 'node:readline/promises';
import { readEnv } from '../config/env.ts';
import { run } from './program.ts';

async function question(text: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(text);
  } finally {
    terminal.close();
  }
}

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
  question: process.stdin.isTTY ? question : null,
});
