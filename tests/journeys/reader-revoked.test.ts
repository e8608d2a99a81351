/** Whoever ends a reader's access ends what would give it some later, too. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { generateIdentity } from '../../src/crypto/age/keys.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { generateSigningKey, signer } from '../../src/crypto/sign.ts';
import type { ParticipantId, ReaderId } from '../../src/domain/ids.ts';
import { DAY_MS, plus } from '../../src/domain/instant.ts';
import { joinSigningBytes } from '../../src/formats/join-proof.ts';
import { SYSTEM } from '../../src/programme/act.ts';
import { inviteReader } from '../../src/programme/member/admit-participant.ts';
import { decideMemberChange } from '../../src/programme/member/member-change.ts';
import { proposeKeyReport } from '../../src/programme/member/rotate-keys.ts';
import { endTokens } from '../../src/programme/people/manage-tokens.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import { admit, type House, joinReader, openHouse } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';

describe('a reader whose access was ended', () => {
  let house: House;
  let edge: Edge;
  let firm: ParticipantId;
  let firms = 0;
  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
  });
  after(() => house.tearDown());
  beforeEach(async () => {
    firms += 1;
    firm = await admit(house, `Firm ${firms}`, { tier: 'validate' });
  });

  const invite = () => {
    const { context, programme, clock } = house;
    return inviteReader(context, 'system', programme, firm, 'desk', clock.now());
  };
  const revoke = (id: ReaderId) =>
    endTokens(house.context, { kind: 'reader', id }, SYSTEM, house.clock.now());
  const join = (invitation: string, code?: string) => {
    const { recipient } = generateIdentity();
    const { secret, publicKey } = generateSigningKey();
    const signed = joinSigningBytes(sha256(Buffer.from(invitation)), recipient);
    const proof = signer(secret).sign(signed).toString('base64');
    const keys = { recipient, signKey: publicKey.toString('base64'), proof };
    return edge.post(
      '/v1/join',
      { invitation, ...keys, ...(code === undefined ? {} : { code }) },
      { key: null },
    );
  };
  const ended = async () => {
    const rows = await house.context.store.issuer((tx) =>
      tx.selectFrom('event').select('id').where('type', '=', 'coming_keys_ended').execute(),
    );
    return rows.length;
  };
  /** A reader whose keys two persons found to be lost, and what lets it bring others. */
  const reported = async () => {
    const { context, author, approver, programme, clock } = house;
    const { caller } = await joinReader(house, firm);
    const lost = { participant: firm, reader: caller.id, what: 'lost' } as const;
    const made = await proposeKeyReport(context, author, programme, lost, clock.now());
    const { change, digest } = made.proposal;
    const stated = { decision: 'confirm', digest } as const;
    const decided = await decideMemberChange(context, approver, change, stated, clock.now());
    assert.ok(decided.invited);
    return { ...decided.invited, code: made.code };
  };

  test('joins by no invitation that was open, and the ledger says that it ended', async () => {
    const { reader, invitation } = await invite();
    const before = await ended();
    await revoke(reader);
    assert.equal(await ended(), before + 1);
    assert.equal((await join(invitation)).status, 404);
    await revoke(reader);
    assert.equal(await ended(), before + 1, 'once');
    await assertInvariants(house);
  });

  test('brings no keys in place of those that were reported', async () => {
    const { reader, invitation, code } = await reported();
    await revoke(reader);
    assert.equal((await join(invitation, code)).status, 404);
  });

  test('is given none that somebody had brought', async () => {
    const { context, clock } = house;
    const { reader, invitation, code } = await reported();
    assert.equal((await join(invitation, code)).status, 201);
    await revoke(reader);
    clock.set(plus(clock.now(), 2 * DAY_MS));
    await house.cycle();
    const [row] = await context.store.issuer((tx) =>
      tx.selectFrom('reader').selectAll().where('id', '=', reader).execute(),
    );
    assert.deepEqual([row?.key_reported, row?.next_from], ['lost', null]);
    await assertInvariants(house);
  });

  test('has no way in where it joins at the same time', async () => {
    for (let round = 0; round < 5; round++) {
      const { reader, invitation } = await invite();
      const [joined] = await Promise.all([join(invitation), revoke(reader)]);
      if (joined.status === 404) continue;
      assert.equal(joined.status, 201);
      const { token } = json<{ token: string }>(joined);
      assert.equal((await edge.get('/v1/notices', token)).status, 401);
    }
  });
});
