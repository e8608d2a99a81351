import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open } from '../../src/crypto/age/open.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { MINUTE_MS, plus } from '../../src/domain/instant.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import { type ProvenEvent, verifyEventProof } from '../../src/ledger/event-proof.ts';
import { compose, type Parts } from '../../src/main/compose.ts';
import type { Caller } from '../../src/programme/act.ts';
import { proveEvent, readCheckpoint } from '../../src/programme/ledger/prove-event.ts';
import { runTick } from '../../src/programme/ledger/run-tick.ts';
import { logVerifierKey } from '../../src/programme/ledger/stored-log.ts';
import { openTreeShelf } from '../../src/programme/ledger/tree-shelf.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import {
  admit,
  configFor,
  type House,
  joinReader,
  openHouse,
  openSite,
  type Site,
  type TestReader,
} from '../support/house.ts';
import { smallAlert } from '../support/small-alert.ts';

describe('proofs of events, asked of one process again and again', () => {
  let site: Site;
  let house: House;
  let elsewhere: Parts;
  let reader: TestReader;
  let small: Awaited<ReturnType<typeof smallAlert>>;
  const trees = openTreeShelf();

  before(async () => {
    site = await openSite();
    house = await openHouse({ site });
    elsewhere = await compose(configFor(site.dataDir, site.urls), { clock: house.clock });
    reader = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
    small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
  });
  after(async () => {
    await elsewhere.stop();
    await house.context.store.close();
    await site.tearDown();
  });

  async function delivered(): Promise<string> {
    const copy = await serveCopy(house.context, reader.caller, small, house.clock.now());
    return unpackCopy(open([reader.identity], copy.bytes)).manifest.promise.leaf;
  }
  async function tick({ context }: Parts): Promise<void> {
    house.clock.set(plus(house.clock.now(), MINUTE_MS));
    await runTick(context, house.clock.now());
  }
  /** The proof, verified as its reader does, of the log as it is at this moment. */
  async function proven(leaf: string, caller: Caller = reader.caller): Promise<ProvenEvent> {
    const proof = await proveEvent(house.context, trees, caller, Buffer.from(leaf, 'hex'));
    const found = verifyEventProof(sha256, proof, logVerifierKey(house.context));
    assert.equal(found.leaf, leaf);
    assert.equal(found.note, await readCheckpoint(house.context));
    return found;
  }

  test('each is of the newest checkpoint, whichever process signed it', async () => {
    const first = await delivered();
    await tick(house);
    const { tick: where, at, size } = await proven(first);
    const second = await delivered();
    await tick(elsewhere);
    for (const leaf of [first, second, first, second]) {
      assert.equal((await proven(leaf)).size, size + 1);
    }
    await tick(house);
    await tick(elsewhere);
    const now = await proven(first);
    assert.deepEqual([now.tick, now.at, now.size], [where, at, size + 3]);
    assert.equal((await proven(second)).tick, where + 1);
  });

  test('many asked for at once, over ticks, are all sound', async () => {
    const leaves = [await delivered(), await delivered()];
    await tick(house);
    leaves.push(await delivered());
    await tick(elsewhere);
    const asked = [...leaves, ...leaves, ...leaves].map(async (leaf, n) =>
      n === 4 ? tick(elsewhere) : assertSound(leaf),
    );
    await Promise.all(asked);
  });

  async function assertSound(leaf: string): Promise<void> {
    const bytes = Buffer.from(leaf, 'hex');
    const proof = await proveEvent(house.context, trees, reader.caller, bytes);
    const found = verifyEventProof(sha256, proof, logVerifierKey(house.context));
    assert.equal(found.leaf, leaf);
  }

  test('the issuer’s part comes with the same proof of the same event', async () => {
    const leaf = await delivered();
    await tick(elsewhere);
    const [theirs, own] = [await proven(leaf), await proven(leaf, house.approver)];
    assert.notEqual(own.body, theirs.body);
    assert.deepEqual({ ...own, body: '' }, { ...theirs, body: '' });
  });

  test('before its tick there is none, and none for a leaf that is nobody’s', async () => {
    const leaf = await delivered();
    for (const caller of [reader.caller, house.approver]) {
      await assert.rejects(proven(leaf, caller), { code: 'NOT_AVAILABLE' });
      await assert.rejects(proven('0'.repeat(64), caller), { code: 'NOT_FOUND' });
    }
  });
});
