import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { TocsinError } from '../../src/domain/errors.ts';
import { plus, SECOND_MS } from '../../src/domain/instant.ts';
import { readCheckpoint } from '../../src/programme/ledger/prove-event.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { admit, type House, joinReader, openHouse, type TestReader } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';

describe('a disk that fills up under a server', () => {
  let disk: SmallDisk | null = null;
  let why = '';
  let house: House;
  let reader: TestReader;
  let small: Awaited<ReturnType<typeof smallAlert>>;

  before(async () => {
    const mounted = await mountSmallDisk(200);
    if ('reason' in mounted) {
      why = mounted.reason;
      return;
    }
    disk = mounted;
    house = await openHouse({ folder: disk.path });
    reader = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
    small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
  });
  after(async () => {
    if (disk === null) return;
    await house.stop();
    await disk.unmount();
  });

  const deliveries = async () => {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ n: number }>`select count(*) as n from delivery`.execute(tx),
    );
    return rows[0]?.n ?? 0;
  };
  const codeOf = (error: unknown) => (error instanceof TocsinError ? error.code : String(error));

  test('each error is a code of ours, and what was answered for is there', async (context) => {
    if (disk === null) return context.skip(why);
    await disk.fill();
    let served = 0;
    const codes = new Set<string>();
    for (let failed = 0; failed < 3; ) {
      assert.ok(served < 1_000, 'no room was missed');
      house.clock.set(plus(house.clock.now(), SECOND_MS));
      try {
        await serveCopy(house.context, reader.caller, small, house.clock.now());
        served += 1;
      } catch (error) {
        codes.add(codeOf(error));
        failed += 1;
      }
      await house.cycle().catch((error: unknown) => codes.add(codeOf(error)));
    }
    context.diagnostic(`${served} copies, then ${[...codes].join(', ')}`);
    for (const code of codes) assert.match(code, /^STORE_(FULL|UNAVAILABLE)$/);

    await disk.empty();
    // A server that ended for want of room is started again within half a minute.
    for (let n = 0; n < 60; n++) {
      if (await house.cycle().catch(() => null)) break;
      await sleep(SECOND_MS);
    }
    assert.equal(await deliveries(), served, 'no copy without its event, and none without a copy');
    await house.cycle();
    const pinned = await readFile(join(disk.path, 'checkpoint.pinned'), 'utf8');
    assert.equal(pinned, await readCheckpoint(house.context));
    await assertInvariants(house);
  });
});
