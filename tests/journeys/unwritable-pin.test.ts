import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { MINUTE_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { compose } from '../../src/main/compose.ts';
import { readCheckpoint } from '../../src/programme/ledger/prove-event.ts';
import { runTick } from '../../src/programme/ledger/run-tick.ts';
import { latestCheckpoint } from '../../src/store/ledger-store.ts';
import { configFor, type House, openHouse, openSite, type Site } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';

describe('a pin that cannot be written', () => {
  let site: Site;
  let house: House;

  before(async () => {
    site = await openSite();
    house = await openHouse({ site });
    await house.cycle();
  });
  after(async () => {
    await house.context.store.close();
    await site.tearDown();
  });

  const pin = () => join(site.dataDir, 'checkpoint.pinned');
  const pinned = () => readFile(pin(), 'utf8');
  const size = async () => (await house.context.store.issuer(latestCheckpoint))?.size ?? 0;
  const cycleAfter = (ms: number) => {
    house.clock.set(plus(house.clock.now(), ms));
    return house.cycle();
  };

  test('would tell of itself in the log by a tick a cycle', async () => {
    const [before, behind] = [await size(), await pinned()];
    // Root too is stopped by a folder, and not by a mode.
    await mkdir(`${pin()}.new`);
    const refused = { code: 'CONFIG_INVALID', message: new RegExp(`^${pin()}: .*EISDIR`) };
    await assert.rejects(cycleAfter(MINUTE_MS), refused);
    for (let n = 1; n <= 5; n++) await assert.rejects(cycleAfter(SECOND_MS), refused);
    assert.equal(await size(), before + 1);
    await assert.rejects(cycleAfter(MINUTE_MS), refused);
    assert.equal(await size(), before + 2, 'the ledger goes on: promises are kept');
    assert.equal(await pinned(), behind);

    await rm(`${pin()}.new`, { recursive: true });
    assert.equal((await cycleAfter(SECOND_MS)).ticked, false);
    assert.equal(await pinned(), await readCheckpoint(house.context), 'at once, without a tick');
    await assertInvariants(house);
  });

  test('a disk without room is named, and nothing is left lying there', async () => {
    const [before, behind] = [await size(), await pinned()];
    // Opens like any file, and has room for none.
    await symlink('/dev/full', `${pin()}.new`);
    await assert.rejects(runTick(house.context, house.clock.now()), {
      code: 'STORE_FULL',
      message: new RegExp(`^${pin()}: .*ENOSPC`),
    });
    assert.equal(await size(), before + 1);
    assert.equal(await pinned(), behind);
    assert.ok(!(await readdir(site.dataDir)).includes('checkpoint.pinned.new'));
    await house.cycle();
    assert.equal(await pinned(), await readCheckpoint(house.context));
  });

  test('a process that dies before it could pin is followed by one that does', async () => {
    await symlink('/dev/full', `${pin()}.new`);
    await assert.rejects(runTick(house.context, house.clock.now()), { code: 'STORE_FULL' });
    const next = await compose(configFor(site.dataDir, site.urls), { clock: house.clock });
    assert.equal(await pinned(), await readCheckpoint(house.context));
    await next.stop();
  });
});
