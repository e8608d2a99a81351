/** Approvals that a passkey signs: over exactly one plan, by exactly one person. */
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { AlertId } from '../../src/domain/ids.ts';
import { HOUR_MS, plus } from '../../src/domain/instant.ts';
import { type PersonCaller, SYSTEM } from '../../src/programme/act.ts';
import { addArtifact } from '../../src/programme/alert/draft-alert.ts';
import { planAlert } from '../../src/programme/alert/plan-alert.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import { changeSigning } from '../../src/programme/alert/sign-approval.ts';
import { doDue } from '../../src/programme/due/do-due.ts';
import type { Bent, Made } from '../support/authenticator.ts';
import { linkFor, registerAt, type Visitor, visit } from '../support/browser-of.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import { choose, NOTE } from '../support/forms.ts';
import { draftExample, type House, openHouse, person } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';

describe('a signed approval', () => {
  let house: House;
  let edge: Edge;
  let visitor: Visitor;
  let made: Made;
  let token: string;
  let approves: PersonCaller;
  let url: string;
  let alert: string;
  let plan: string;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    const approver = await person(house, 'Approves', ['approver']);
    token = approver.token;
    approves = approver.caller;
    visitor = visit(house, edge);
    const link = await linkFor(house, { kind: 'person', id: approver.id });
    made = await registerAt(house, visitor, link);
  });
  after(() => house.tearDown());
  beforeEach(async () => {
    const drafted = await draftExample(house);
    alert = drafted.alert;
    plan = (await planAlert(house.context, drafted.alert)).digest;
    url = `/v1/alerts/${alert}/approval`;
    await changeSigning(house.context, house.programme, false, SYSTEM, house.clock.now());
  });

  const sign = async (bent: Bent = {}, by = made, who = visitor, of = plan, said: object = {}) => {
    type Asked = { challenge: string; nonce: string };
    const asked = json<Asked>(await who.post(`${url}/options`, { plan: of, ...said }));
    return { nonce: asked.nonce, passkey: by.show(asked.challenge, bent) };
  };
  const code = async (signature: unknown, key?: string, said: object = {}) => {
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    const seen = await visitor.post(url, { plan, signature, ...said }, headers);
    return json<{ code?: string }>(seen).code ?? seen.status;
  };

  test('is recorded with the passkey, and anybody can check it with its public key', async () => {
    const signature = await sign();
    assert.equal(await code(signature), 200);
    const rows = await house.context.store.issuer((tx) =>
      tx
        .selectFrom('approval_signature as s')
        .innerJoin('passkey as p', 'p.id', 's.passkey_id')
        .selectAll('s')
        .select('p.public_key')
        .where('s.alert_id', '=', alert)
        .execute(),
    );
    const [row] = rows;
    assert.ok(row && rows.length === 1);
    // As docs/api.md says, without a line of ours.
    const field = (text: string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(text));
      return Buffer.concat([length, Buffer.from(text)]);
    };
    const said = createHash('sha256').update('{"accept":{},"emergency":null}').digest('hex');
    assert.equal(row.said_sha256, said);
    const fields = ['tocsin/approval/v2', alert, plan, said, row.nonce].map(field);
    const challenge = createHash('sha256').update(Buffer.concat(fields)).digest('base64url');
    const client = JSON.parse(row.client_data.toString()) as { challenge: string };
    assert.equal(client.challenge, challenge);
    const cose = row.public_key;
    const [x, y] = [cose.subarray(10, 42), cose.subarray(45, 77)];
    const key = createPublicKey({
      key: { kty: 'EC', crv: 'P-256', x: x.toString('base64url'), y: y.toString('base64url') },
      format: 'jwk',
    });
    const clientHash = createHash('sha256').update(row.client_data).digest();
    const signed = Buffer.concat([row.authenticator_data, clientHash]);
    assert.ok(verify('sha256', signed, key, row.signature));
    const events = await house.context.store.issuer((tx) =>
      tx.selectFrom('event').select('issuer_body').where('type', '=', 'approval_signed').execute(),
    );
    const body = JSON.parse(events.at(-1)?.issuer_body ?? '{}') as {
      data: Record<string, string>;
    };
    const hash = createHash('sha256').update(row.signature).digest('hex');
    assert.deepEqual(body.data, { alert, plan, passkey: row.passkey_id, signature: hash });
    await assertInvariants(house);
  });

  test('is refused when it was bent, is of another plan or person, or older', async () => {
    const other = await person(house, 'Other', ['approver']);
    const elsewhere = visit(house, edge);
    const link = await linkFor(house, { kind: 'person', id: other.id });
    const theirs = await registerAt(house, elsewhere, link);
    const wrong = [
      await sign({ userVerified: false }),
      await sign({ origin: 'https://tocsin.example.invalid' }),
      await sign({ counter: 0 }),
      await sign({}, theirs),
      await sign({}, theirs, elsewhere),
      await sign({}, made, visitor, 'a'.repeat(64)),
      { ...(await sign()), nonce: 'A'.repeat(43) },
      await (async () => {
        const earlier = await sign();
        await sign();
        return earlier;
      })(),
    ];
    for (const [n, signature] of wrong.entries()) {
      assert.equal(await code(signature), 'SIGNATURE_INVALID', String(n));
    }
    assert.equal(await code(await sign()), 200);
  });

  test('is of all that is said beside the plan: nothing is added to it or taken away', async () => {
    const published = { emergency: 'exploited' };
    const accepted = { accept: { LONG_EMBARGO: 'Agreed.' } };
    const signed = (said: object) => sign({}, made, visitor, plan, said);
    for (const [signs, says] of [
      [{}, published],
      [published, {}],
      [published, { emergency: 'other' }],
      [{}, accepted],
      [accepted, { accept: { LONG_EMBARGO: 'Another reason.' } }],
    ] as const) {
      const found = await code(await signed(signs), undefined, says);
      assert.equal(found, 'SIGNATURE_INVALID', JSON.stringify([signs, says]));
    }
    assert.equal(await code(await signed(published), undefined, published), 200);
  });

  test('of a sign-in is none: what is signed there is not the plan', async () => {
    const asked = await visitor.post('/v1/session/verification/options', {});
    const passkey = made.show(json<{ challenge: string }>(asked).challenge);
    const { nonce } = await sign();
    assert.equal(await code({ nonce, passkey }), 'SIGNATURE_INVALID');
  });

  test('where a programme wants it, nothing is approved without, with any token', async () => {
    await changeSigning(house.context, house.programme, true, SYSTEM, house.clock.now());
    const bare = await edge.post(url, { plan }, { token });
    assert.equal(json<{ code: string }>(bare).code, 'SIGN_IN_NEEDED');
    const signature = await sign();
    assert.equal(await code(signature, 'the-same-key'), 200);
    assert.equal(await code(signature, 'the-same-key'), 200, 'a repeat gets the first answer');
  });

  // Last: another form is in force from then on.
  test('is wanted of an announcement too, and of nobody at the end of its wait', async () => {
    await choose(house, 'alert_approval', { form: 'one_then_veto', hours: 1 });
    await changeSigning(house.context, house.programme, true, SYSTEM, house.clock.now());
    await addArtifact(house.context, approves, alert as AlertId, null, NOTE, house.clock.now());
    plan = (await planAlert(house.context, alert as AlertId)).digest;
    const bare = await edge.post(url, { plan }, { token });
    assert.equal(json<{ code: string }>(bare).code, 'SIGN_IN_NEEDED');
    assert.equal(await code(await sign()), 200);
    house.clock.set(plus(house.clock.now(), HOUR_MS));
    await doDue(house.context, house.clock.now());
    const { state, approval } = await readAlert(house.context, alert as AlertId);
    assert.deepEqual([state, approval?.approver], ['approved', null]);
    await assertInvariants(house);
  });
});
