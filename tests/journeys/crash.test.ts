import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { FAILPOINTS } from '../../src/domain/failpoint.ts';
import type { AlertId, ArtifactId } from '../../src/domain/ids.ts';
import { formatInstant } from '../../src/domain/instant.ts';
import { releaseDue } from '../../src/programme/release-due.ts';
import { serveCopy } from '../../src/programme/serve-copy.ts';
import { counts } from '../counts.ts';
import type { CrashTask } from '../support/crash-child.ts';
import {
  admit,
  type House,
  joinReader,
  openHouse,
  openSite,
  type Site,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { seeded } from '../support/seeded.ts';
import { smallAlert } from '../support/small-alert.ts';

const CHILD = join(import.meta.dirname, '../support/crash-child.ts');
const PARTICIPANTS = 3;

describe('kill -9', () => {
  let site: Site;
  let house: House;
  let readers: TestReader[];

  before(async () => {
    site = await openSite();
    house = await openHouse({ site });
    readers = [];
    for (let n = 0; n < PARTICIPANTS; n++) {
      readers.push(await joinReader(house, await admit(house, `Firm ${n}`, { tier: 'validate' })));
    }
  });
  after(async () => {
    await house.context.store.close();
    await site.tearDown();
  });

  /** An alert whose first wave is due; for a fetch also released. */
  async function prepare(released: boolean): Promise<{ alert: AlertId; artifact: ArtifactId }> {
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    if (released) await releaseDue(house.context, house.clock.now());
    return small;
  }

  function task(
    target: { alert: AlertId; artifact: ArtifactId },
    failpoint: string | null,
    work: CrashTask['work'],
  ): CrashTask {
    const reader = readers[0];
    assert.ok(reader);
    const at = formatInstant(house.clock.now());
    const { dataDir, urls } = site;
    return { dataDir, urls, at, failpoint, work, fetch: { caller: reader.caller, ...target } };
  }

  /** What must hold after any death, once the next process has done its rounds. */
  async function recover(target: { alert: AlertId; artifact: ArtifactId }): Promise<void> {
    await releaseDue(house.context, house.clock.now());
    for (const reader of readers) {
      await serveCopy(house.context, reader.caller, target, house.clock.now());
    }
    await assertInvariants(house);
  }

  for (const point of FAILPOINTS) {
    test(`at ${point}: nothing lost, nothing doubled, the tree verifies`, async () => {
      const work = point.split('.')[0] as 'release' | 'fetch' | 'tick';
      const target = await prepare(work === 'fetch');
      const { signal, copies } = await run(task(target, `${point}:1`, [work]));
      assert.equal(signal, 'SIGKILL', 'the child died at the point');
      assert.equal(copies, 0, 'no copy leaves before its delivery is committed');
      await recover(target);
    });
  }

  test(`at random moments, ${counts.kills} times`, async (context) => {
    const random = seeded(counts.kills);
    let killed = 0;
    for (let n = 0; n < counts.kills; n++) {
      const target = await prepare(false);
      const rounds = ['release', 'fetch', 'tick', 'fetch', 'tick'] as const;
      const { signal, copies } = await run(task(target, null, rounds), 60 * random.unit());
      if (signal === 'SIGKILL') killed += 1;
      assert.ok(copies <= 2);
      await releaseDue(house.context, house.clock.now());
      if (n % 10 === 9 || n === counts.kills - 1) await recover(target);
    }
    context.diagnostic(`${killed} of ${counts.kills} children were still at work when killed`);
    assert.ok(killed > 0, 'some children were killed at work');
  });
});

type Ended = { readonly signal: NodeJS.Signals | null; readonly copies: number };

/** Runs a child to its end; with `afterMs`, kills it that long after it began to work. */
async function run(task: CrashTask, afterMs?: number): Promise<Ended> {
  const child: ChildProcess = spawn(process.execPath, [CHILD, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout?.setEncoding('utf8');
  child.stdout?.on('data', (text: string) => {
    const begun = out.includes('ready\n');
    out += text;
    if (afterMs !== undefined && !begun && out.includes('ready\n')) {
      setTimeout(() => child.kill('SIGKILL'), afterMs);
    }
  });
  const signal = await new Promise<NodeJS.Signals | null>((resolve) => {
    child.on('close', (_code, by) => resolve(by));
  });
  return { signal, copies: out.split('\n').filter((line) => line.startsWith('{')).length };
}
