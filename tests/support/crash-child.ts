/**
 * A Tocsin process to be killed: opens the parent's site and works until it is, or is done.
 * argv: one JSON object. Prints a line of JSON for each copy it would have sent.
 */

import { open } from '../../src/crypto/age/open.ts';
import type { AlertId, ArtifactId, ProgrammeId, SightingId } from '../../src/domain/ids.ts';
import { parseInstant } from '../../src/domain/instant.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import { virtualClock } from '../../src/main/clock.ts';
import { compose } from '../../src/main/compose.ts';
import type { PersonCaller, ReaderCaller } from '../../src/programme/act.ts';
import { concludeAnnounced } from '../../src/programme/due/conclude-announced.ts';
import { runTick } from '../../src/programme/ledger/run-tick.ts';
import { changeStanding } from '../../src/programme/member/change-participant.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { sealDue } from '../../src/programme/trace/seal-mark-keys.ts';
import { runTrace } from '../../src/programme/trace/trace-leak.ts';
import { configFor, type Urls } from './house.ts';

export type CrashTask = {
  readonly dataDir: string;
  readonly urls: Urls;
  readonly at: string;
  readonly failpoint: string | null;
  readonly work: readonly (
    | 'release'
    | 'fetch'
    | 'tick'
    | 'trace'
    | 'standing'
    | 'announced'
    | 'seal'
  )[];
  /** Participants per batch of a release. */
  readonly batch: number;
  readonly programme: ProgrammeId;
  /** Who suspends the fetch's participant. */
  readonly suspender: PersonCaller;
  readonly trace: { readonly caller: PersonCaller; readonly sighting: SightingId } | null;
  readonly fetch: {
    readonly caller: ReaderCaller;
    readonly alert: AlertId;
    readonly artifact: ArtifactId;
    readonly identity: string;
  };
};

const task = JSON.parse(process.argv[2] ?? '') as CrashTask;
const clock = virtualClock(parseInstant(task.at));
const config = configFor(task.dataDir, {
  ...task.urls,
  ...(task.failpoint === null ? {} : { TOCSIN_FAILPOINT: task.failpoint }),
});
const { context, lookAtClock, stop } = await compose(config, { clock });
// As the worker does each second: what is fetched is fetched at a time that was looked at.
await lookAtClock();
process.stdout.write('ready\n');
for (const work of task.work) {
  const now = clock.now();
  if (work === 'release') await releaseDue(context, now, task.batch);
  if (work === 'tick') await runTick(context, now);
  if (work === 'seal') await sealDue(context, now);
  if (work === 'announced') await concludeAnnounced(context, now);
  if (work === 'standing') {
    const { suspender, programme, fetch } = task;
    const change = { to: 'suspended', reason: 'other' } as const;
    await changeStanding(context, suspender, programme, fetch.caller.participant, change, now);
  }
  if (work === 'trace' && task.trace) {
    await runTrace(context, task.trace.caller, task.trace.sighting, now);
  }
  if (work === 'fetch') {
    const { caller, alert, artifact } = task.fetch;
    const copy = await serveCopy(context, caller, { alert, artifact }, now);
    const { promise } = unpackCopy(open([task.fetch.identity], copy.bytes)).manifest;
    process.stdout.write(`${JSON.stringify({ delivery: copy.delivery, ...promise })}\n`);
  }
}
await stop();
