import { sha256Hex } from '../../crypto/hash.ts';
import type { Sandbox, ScriptTest } from '../../programme/sandbox.ts';
import type { Manner } from './enter.ts';
import { type Ran, runApart } from './run.ts';

/** How a test is run apart: `runApart`; in tests, what stands for a machine on which it fails. */
export type Run = (manner: Manner, test: ScriptTest) => Promise<Ran>;

/** The sandbox of this machine, tried before anything of anybody's is run in it. */
export async function openSandbox(run: Run = runApart): Promise<Sandbox> {
  const manner = process.getuid?.() === 0 ? 'other uid' : 'user namespace';
  const reason = await faultOf(manner, run);
  if (reason !== null) return { works: false, reason };
  return { works: true, run: async (test) => outcomeOf(await run(manner, test)) };
}

function outcomeOf(ran: Ran) {
  if (ran.kind === 'failed') return ran;
  return { kind: ran.kind, status: ran.status, output: sha256Hex(ran.output) };
}

/**
 * Says yes for each wall that holds. A shell has three variables of its own, and one for what it
 * runs; a loopback interface that is down reaches nothing, not even itself.
 */
const PROBES = `
compgen -e | grep -qvx 'OLDPWD\\|PWD\\|SHLVL\\|_' || echo yes
(: >/probe) 2>&1 | grep -q 'Read-only file system' && echo yes
(: >/usr/probe) 2>&1 | grep -q 'Read-only file system' && echo yes
(: </dev/tcp/127.0.0.1/9) 2>&1 | grep -q 'Network is unreachable' && echo yes
unshare --user true 2>&1 | grep -q 'Operation not permitted' && echo yes
grep -q '^probe$' script && echo yes
`;
const WALLS = 6;

/** Why nothing may run in this manner; null if something may. */
async function faultOf(manner: Manner, run: Run): Promise<string | null> {
  const command = ['bash', '-c', PROBES];
  const ran = await run(manner, { command, name: 'script', script: Buffer.from('probe\n') });
  if (ran.kind === 'failed') return ran.reason;
  const holding = ran.output.toString().split('yes\n').length - 1;
  return holding === WALLS ? null : `expected ${WALLS} walls to hold, found ${holding}`;
}
