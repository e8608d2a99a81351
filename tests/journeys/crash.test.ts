import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { FAILPOINTS } from '../../src/domain/failpoint.ts';
import type { AlertId, ArtifactId, SightingId } from '../../src/domain/ids.ts';
import { DAY_MS, formatInstant, HOUR_MS, MINUTE_MS, plus } from '../../src/domain/instant.ts';
import { concludeAnnounced } from '../../src/programme/due/conclude-announced.ts';
import { proveEvent } from '../../src/programme/ledger/prove-event.ts';
import { openTreeShelf } from '../../src/programme/ledger/tree-shelf.ts';
import { readSecondPerson } from '../../src/programme/people/second-person.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { readCustody } from '../../src/programme/trace/custody.ts';
import { readSealedKey } from '../../src/programme/trace/open-mark-key.ts';
import { sealDue } from '../../src/programme/trace/seal-mark-keys.ts';
import { runTrace } from '../../src/programme/trace/trace-leak.ts';
import { counts } from '../counts.ts';
import type { CrashTask } from '../support/crash-child.ts';
import { choose, proposals, rowOf } from '../support/forms.ts';
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
import { twoOfficers } from '../support/officers.ts';
import { seeded } from '../support/seeded.ts';
import { approvedSample } from '../support/sighting.ts';
import { smallAlert } from '../support/small-alert.ts';

const CHILD = join(import.meta.dirname, '../support/crash-child.ts');
const PARTICIPANTS = 3;
/** A tick is a minute, and a promise reaches two ahead. */
const DOWN_MS = 3 * MINUTE_MS;

describe('kill -9', () => {
  let site: Site;
  let house: House;
  let readers: TestReader[];
  let trace: CrashTask['trace'] = null;

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
    // A minute on, so that no later wave of another alert strikes at the very same instant.
    house.clock.set(plus(house.clock.now(), MINUTE_MS));
    const small = await smallAlert(house);
    // Later waves of earlier alerts come first, so that only this one is left to be killed in.
    house.clock.set(plus(small.firstWave, -1));
    await releaseDue(house.context, house.clock.now());
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
    const { caller, identity } = reader;
    const fetch = { caller, identity, ...target };
    // One participant a batch, so that a wave is killed and resumed in its middle too.
    const { programme, approver: suspender } = house;
    const whose = { programme, suspender, trace, fetch };
    return { dataDir, urls, at, failpoint, work, batch: 1, ...whose };
  }

  /**
   * What must hold after any death, once the next process has begun, later than any promise, and
   * done its rounds.
   */
  async function recover(
    target: { alert: AlertId; artifact: ArtifactId },
    copies: readonly SentCopy[] = [],
  ): Promise<void> {
    house.clock.set(plus(house.clock.now(), DOWN_MS));
    await house.begin();
    await releaseDue(house.context, house.clock.now());
    assert.equal(await grantsOf(house, target.alert), PARTICIPANTS, 'a grant for everybody');
    for (const reader of readers) {
      await serveCopy(house.context, reader.caller, target, house.clock.now());
    }
    await assertInvariants(house);
    for (const copy of copies) {
      const leaf = Buffer.from(copy.leaf, 'hex');
      const proof = await proveEvent(house.context, openTreeShelf(), house.approver, leaf);
      assert.ok(proof.tick.at <= copy.by, 'the promise of a copy that was sent is kept');
    }
  }

  const isSeal = (point: string) => point.startsWith('seal.');

  const isAnnounced = (point: string) => point.startsWith('announced.');

  for (const point of FAILPOINTS.filter((one) => !isSeal(one) && !isAnnounced(one))) {
    test(`at ${point}: nothing lost, nothing doubled, the tree verifies`, async () => {
      const work = point.split('.')[0] as CrashTask['work'][number];
      const target = await prepare(work === 'fetch' || work === 'trace');
      if (work === 'trace') trace = { caller: house.author, sighting: await openTrace(house) };
      const { signal, copies } = await run(task(target, `${point}:1`, [work]));
      assert.equal(signal, 'SIGKILL', 'the child died at the point');
      assert.deepEqual(copies, [], 'no copy leaves before its delivery is committed');
      await recover(target);
      if (trace) await assertTracedOnce(house, trace.sighting);
      trace = null;
    });
  }

  for (const point of ['tick.placed', 'tick.signed', 'tick.committed']) {
    test(`at ${point}, after a copy was sent: its promise is kept, however late`, async () => {
      const target = await prepare(false);
      const { signal, copies } = await run(
        task(target, `${point}:1`, ['release', 'fetch', 'tick']),
      );
      assert.equal(signal, 'SIGKILL', 'the child died at the point');
      assert.equal(copies.length, 1);
      await recover(target, copies);
    });
  }

  test('in mid-wave: the next process goes on after the last committed batch', async () => {
    for (let nth = 2; nth <= PARTICIPANTS; nth++) {
      const target = await prepare(false);
      const { signal } = await run(task(target, `release.granted:${nth}`, ['release']));
      assert.equal(signal, 'SIGKILL');
      assert.equal(await grantsOf(house, target.alert), nth - 1, 'the batches before it stand');
      await recover(target);
    }
  });

  test(`at random moments, ${counts.kills} times`, async (context) => {
    const random = seeded(counts.kills);
    let killed = 0;
    let promised = 0;
    for (let n = 0; n < counts.kills; n++) {
      const target = await prepare(false);
      const rounds = ['release', 'fetch', 'tick', 'fetch', 'tick'] as const;
      const since = n % 3 === 0 ? COPY : READY;
      const { signal, copies } = await run(task(target, null, rounds), 60 * random.unit(), since);
      if (signal === 'SIGKILL') killed += 1;
      promised += copies.length;
      await recover(target, copies);
    }
    context.diagnostic(`${promised} copies were sent before`);
    assert.ok(promised > 0, 'some copies were sent');
    context.diagnostic(`${killed} of ${counts.kills} children were still at work when killed`);
    assert.ok(killed > 0, 'some children were killed at work');
  });

  for (const point of FAILPOINTS.filter(isAnnounced)) {
    test(`at ${point}: what was announced takes effect whole, and once`, async () => {
      const { context, clock, programme } = house;
      const target = await prepare(true);
      const { forms } = await readSecondPerson(context, programme);
      const chosen = { form: 'one_then_veto', hours: 1 } as const;
      const { form } = forms.find(({ act }) => act === 'admission') ?? {};
      if (form !== chosen.form) await choose(house, 'admission', chosen);
      const id = await proposals(house, house.author).admission();
      clock.set(plus(clock.now(), HOUR_MS));
      const { signal } = await run(task(target, `${point}:1`, ['announced']));
      assert.equal(signal, 'SIGKILL', 'the child died at the point');
      const committed = point === 'announced.committed';
      assert.equal((await rowOf(house, 'admission', id)).how, committed ? 'confirmed' : null);
      assert.equal((await concludeAnnounced(context, clock.now())).done, committed ? 0 : 1);
      assert.equal((await concludeAnnounced(context, clock.now())).done, 0);
      assert.deepEqual(await recordedOf(house, id), ['took_effect', 'confirmed'].toSorted());
      await recover(target);
    });
  }

  for (const point of FAILPOINTS.filter(isSeal)) {
    test(`at ${point}: a mark key is sealed once or left whole, and then sealed`, async () => {
      const { context, clock } = house;
      const [reader] = readers;
      assert.ok(reader);
      const target = await prepare(true);
      if (!(await readCustody(context, house.programme)).inForce) await twoOfficers(house, 0);
      clock.set(plus(clock.now(), 14 * DAY_MS));
      await releaseDue(context, clock.now());
      const fetch = () => serveCopy(context, reader.caller, target, clock.now());
      await fetch();
      const { signal } = await run(task(target, `${point}:1`, ['seal']));
      assert.equal(signal, 'SIGKILL', 'the child died at the point');
      await assertInvariants(house);
      await sealDue(context, clock.now());
      assert.ok(await readSealedKey(context, target.alert));
      // This process had the key in memory, whichever one sealed it.
      await assert.rejects(fetch(), { code: 'NOT_AVAILABLE' });
      await assertInvariants(house);
    });
  }
});

/** What a child said of a copy it sent: its promise. */
type SentCopy = { readonly delivery: string; readonly leaf: string; readonly by: number };

type Ended = { readonly signal: NodeJS.Signals | null; readonly copies: readonly SentCopy[] };

async function grantsOf(house: House, alert: AlertId): Promise<number> {
  const { rows } = await house.context.store.issuer((tx) =>
    sql<{ n: number }>`select count(*) as n from release_grant where alert_id = ${alert}`.execute(
      tx,
    ),
  );
  return rows[0]?.n ?? 0;
}

/** What the ledger says of how a proposal ended. */
async function recordedOf(house: House, id: string): Promise<string[]> {
  const { rows } = await house.context.store.issuer((tx) =>
    sql<{ how: string }>`select coalesce(issuer_body::json -> 'data' ->> 'how',
        issuer_body::json -> 'data' ->> 'outcome') as how
      from event where ${id}::uuid = any(subjects)
        and type in ('announced_ended', 'member_change_decided') order by how`.execute(tx),
  );
  return rows.map(({ how }) => how);
}

async function openTrace(house: House): Promise<SightingId> {
  const sample = Buffer.from('Apply the update in order to be safe, and begin today.');
  return approvedSample(house, sample);
}

/**
 * Killed between reading and scoring: the readings that were committed are those that are scored.
 */
async function assertTracedOnce(house: House, sighting: SightingId): Promise<void> {
  const report = await runTrace(house.context, house.author, sighting, house.clock.now());
  const { rows } = await house.context.store.issuer((tx) =>
    sql<{ type: string; sha256: string }>`select type,
        (issuer_body::json -> 'data' ->> 'reading') as sha256 from event
      where ${sighting}::uuid = any(subjects) and type in ('reading_committed', 'trace_scored')
      order by serial`.execute(tx),
  );
  assert.equal(rows.at(-1)?.type, 'trace_scored', 'scored once, after every reading');
  assert.equal(rows.filter(({ type }) => type === 'trace_scored').length, 1);
  const committed = new Set(rows.map((row) => row.sha256));
  assert.ok(report.alerts.every(({ reading }) => committed.has(reading)));
}

/** A child's own words: it begins to work; it has sent a copy. */
const [READY, COPY] = ['ready\n', '{'];

/** Runs a child to its end; with `afterMs`, kills it that long after it said something. */
async function run(task: CrashTask, afterMs?: number, said = READY): Promise<Ended> {
  const child: ChildProcess = spawn(process.execPath, [CHILD, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout?.setEncoding('utf8');
  child.stdout?.on('data', (text: string) => {
    const begun = out.includes(said);
    out += text;
    if (afterMs !== undefined && !begun && out.includes(said)) {
      setTimeout(() => child.kill('SIGKILL'), afterMs);
    }
  });
  const signal = await new Promise<NodeJS.Signals | null>((resolve) => {
    child.on('close', (_code, by) => resolve(by));
  });
  const sent = out.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
  return { signal, copies: sent.map((line) => JSON.parse(line) as SentCopy) };
}
