import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { open } from '../../src/crypto/age/open.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { signer } from '../../src/crypto/sign.ts';
import type { DeliveryId } from '../../src/domain/ids.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import { receiptSigningBytes } from '../../src/formats/receipt.ts';
import {
  acknowledgeCopy,
  type ReceiptInput,
} from '../../src/programme/release/acknowledge-copy.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { connect } from '../../src/store/database.ts';
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
import { smallAlert } from '../support/small-alert.ts';

type Claim = Omit<ReceiptInput, 'signature'>;

describe('a receipt', () => {
  let site: Site;
  let house: House;
  let reader: TestReader;
  let colleague: TestReader;
  let stranger: TestReader;
  let small: Awaited<ReturnType<typeof smallAlert>>;

  before(async () => {
    site = await openSite();
    house = await openHouse({ site });
    const firm = await admit(house, 'Firm', { tier: 'validate' });
    reader = await joinReader(house, firm);
    colleague = await joinReader(house, firm);
    stranger = await joinReader(house, await admit(house, 'Other', { tier: 'validate' }));
    small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
  });
  after(async () => {
    await house.context.store.close();
    await site.tearDown();
  });

  /** Fetches as `by` and says of the copy what an honest reader says. */
  async function fetched(by = reader): Promise<Claim> {
    const copy = await serveCopy(house.context, by.caller, small, house.clock.now());
    const { manifestJson } = unpackCopy(open([by.identity], copy.bytes));
    return {
      delivery: copy.delivery,
      manifestSha256: sha256(Buffer.from(manifestJson)),
      ciphertextSha256: sha256(copy.bytes),
    };
  }
  const signed = (claim: Claim, by = reader): ReceiptInput => ({
    ...claim,
    signature: signer(by.signSeed).sign(receiptSigningBytes(claim)),
  });
  const give = (receipt: ReceiptInput, by = reader) =>
    acknowledgeCopy(house.context, by.caller, receipt, house.clock.now());

  async function recorded({ delivery }: { delivery: DeliveryId }) {
    return house.context.store.issuer(async (tx) => {
      const { rows } = await sql<{ receipts: number; events: number }>`select
        (select count(*) from receipt where delivery_id = ${delivery}) as receipts,
        (select count(*) from event where type = 'acknowledged'
          and ${delivery}::uuid = any(subjects)) as events`.execute(tx);
      return rows[0];
    });
  }
  const ONCE = { receipts: 1, events: 1 };
  const NEVER = { receipts: 0, events: 0 };

  test('of what was sent is taken, and given again it changes nothing', async () => {
    const receipt = signed(await fetched());
    assert.deepEqual(await give(receipt), { acknowledged: true });
    assert.deepEqual(await give(receipt), { acknowledged: true });
    assert.deepEqual(await recorded(receipt), ONCE);
  });

  for (const hash of ['manifestSha256', 'ciphertextSha256'] as const) {
    test(`with another ${hash} is refused, rightly signed or not, first or later`, async () => {
      const claim = await fetched();
      const wrong = signed({ ...claim, [hash]: sha256(Buffer.from('another')) });
      const refused = { code: 'RECEIPT_MISMATCH', field: hash };
      await assert.rejects(give(wrong), refused);
      await assert.rejects(give({ ...wrong, signature: signed(claim).signature }), {
        code: 'SIGNATURE_INVALID',
      });
      assert.deepEqual(await recorded(claim), NEVER);
      await give(signed(claim));
      await assert.rejects(give(wrong), refused);
      assert.deepEqual(await recorded(claim), ONCE);
    });
  }

  test('with the hashes of another copy of the same artifact is refused', async () => {
    const [first, second] = [await fetched(), await fetched()];
    await assert.rejects(give(signed({ ...second, delivery: first.delivery })), {
      code: 'RECEIPT_MISMATCH',
    });
    await assert.rejects(give({ ...second, signature: signed(first).signature }), {
      code: 'SIGNATURE_INVALID',
    });
    assert.deepEqual(await recorded(first), NEVER);
  });

  test("of another reader's delivery is of one unknown, in the same firm or not", async () => {
    const claim = await fetched();
    for (const other of [colleague, stranger]) {
      await assert.rejects(give(signed(claim, other), other), { code: 'NOT_FOUND' });
      await assert.rejects(give(signed(claim), other), { code: 'NOT_FOUND' });
    }
    assert.deepEqual(await recorded(claim), NEVER);
  });

  test('of a delivery from before the hashes were kept rests on its signature', async () => {
    const claim = await fetched();
    const owner = connect({ url: site.urls.DATABASE_URL }, 1);
    await sql`alter table delivery no force row level security`.execute(owner);
    await sql`alter table delivery drop constraint delivery_hashes`.execute(owner);
    await sql`update delivery set manifest_sha256 = null, ciphertext_sha256 = null
      where id = ${claim.delivery}`.execute(owner);
    await owner.destroy();
    await give(signed(claim));
    assert.deepEqual(await recorded(claim), ONCE);
    await assertInvariants(house);
  });
});
