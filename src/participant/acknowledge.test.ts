import assert from 'node:assert/strict';
import { test } from 'node:test';
import { json, newSecrets, PaperIssuer, START } from '../../tests/support/paper-issuer.ts';
import { joinedReader } from '../../tests/support/paper-reader.ts';
import { acknowledge } from './acknowledge.ts';

test('the issuer can verify the receipt, and takes it as often as it is given', async () => {
  const issuer = new PaperIssuer();
  const { session, enrolled } = await joinedReader(issuer);
  const file = issuer.deliver(enrolled);
  const { manifest } = await acknowledge(session, file);
  await acknowledge(session, file);
  assert.deepEqual(issuer.receipts, [manifest.delivery, manifest.delivery]);
});

test('no receipt is signed for a copy that fails a check', async () => {
  const issuer = new PaperIssuer();
  const { session, enrolled } = await joinedReader(issuer);
  const forged = issuer.deliver(enrolled, START, { signManifest: newSecrets().manifest });
  await assert.rejects(acknowledge(session, forged), { code: 'SIGNATURE_INVALID' });
  assert.ok(!issuer.asked.some(({ path }) => path === '/v1/receipts'));
});

test('an answer that does not say the receipt was taken is an error', async () => {
  const issuer = new PaperIssuer();
  const { session, enrolled } = await joinedReader(issuer);
  const file = issuer.deliver(enrolled);
  for (const answer of [null, {}, { acknowledged: false }, { acknowledged: 'true' }]) {
    issuer.instead = () => Promise.resolve(json(answer));
    await assert.rejects(acknowledge(session, file), { code: 'INVALID_INPUT' });
  }
});
