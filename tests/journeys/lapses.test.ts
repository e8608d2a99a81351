/** What runs out shuts at that very millisecond, with its own reason; renewed, it opens at once. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { generateKey } from 'openpgp';
import { openpgpRecipient } from '../../src/crypto/openpgp/recipient.ts';
import type { Enrolment } from '../../src/domain/enrolment.ts';
import {
  DAY_MS,
  formatInstant,
  HOUR_MS,
  type Instant,
  parseInstant,
  plus,
} from '../../src/domain/instant.ts';
import { limitKeyAge } from '../../src/programme/member/reader-keys.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import {
  admit,
  enrolment,
  type House,
  joinReader,
  openHouse,
  restate,
  stand,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { openpgpSignature } from '../support/openpgp-signature.ts';
import { smallAlert } from '../support/small-alert.ts';

type Facts = Partial<Enrolment>;
type Step = { readonly at: string; readonly outcome: string; readonly reasons: string[] };

const SIGNED = parseInstant('2025-01-01T00:00:00Z');

/** What runs out, as it stands until an instant, and what a plan then says. */
const LAPSING: Readonly<Record<string, readonly [until: (at: Instant) => Facts, reason: string]>> =
  {
    agreement: [
      (expiresAt) => ({ agreement: { signedAt: SIGNED, expiresAt } }),
      'AGREEMENT_NOT_IN_FORCE',
    ],
    'attestation of duties': [
      (expiresAt) => ({
        duty: { status: 'stated', duties: [], provenance: 'attested', expiresAt },
      }),
      'DUTY_FACTS_EXPIRED',
    ],
  };

describe('with the clock past the end of', () => {
  let house: House;
  let edge: Edge;
  let small: Awaited<ReturnType<typeof smallAlert>>;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
  });
  after(() => house.tearDown());

  const asks = (reader: TestReader) =>
    serveCopy(house.context, reader.caller, small, house.clock.now());
  /** The step of a participant's timeline that is in force now, as the plan tells it. */
  const planned = async (participant: string): Promise<Step | undefined> => {
    const path = `/v1/alerts/${small.alert}/plan`;
    type Lines = { lines: { participant: string; artifacts: { steps: Step[] }[] }[] };
    const { lines } = json<Lines>(await edge.get(path, house.tokens.author));
    const [told] = lines.find((line) => line.participant === participant)?.artifacts ?? [];
    const now = formatInstant(house.clock.now());
    return told?.steps.findLast(({ at }) => at <= now);
  };

  for (const [name, [until, reason]] of Object.entries(LAPSING)) {
    test(`the ${name}: nothing more is released, and it says why`, async () => {
      const ends = plus(house.clock.now(), DAY_MS);
      const facts = { tier: 'validate', ...until(ends) } as const;
      const participant = await admit(house, `Has ${name}`, facts);
      const reader = await joinReader(house, participant);
      house.clock.set(plus(ends, -1));
      assert.ok((await asks(reader)).bytes.length > 0, 'a millisecond before');
      house.clock.set(ends);
      await assert.rejects(asks(reader), { code: 'NOT_FOUND' });
      assert.equal((await edge.get(`/v1/inbox/${small.alert}`, reader.token)).status, 404);
      assert.deepEqual(await planned(participant), {
        at: formatInstant(ends),
        outcome: 'deny',
        reasons: [reason],
      });
      const renewed = enrolment({ tier: 'validate', ...until(plus(ends, 400 * DAY_MS)) });
      await restate(house, participant, renewed);
      assert.ok((await asks(reader)).bytes.length > 0, 'at once, without a wave');
    });
  }

  const asksFor = (token: string) =>
    edge.get(`/v1/inbox/${small.alert}/artifacts/${small.artifact}/copy`, token);
  const codeOf = (seen: Seen) => json<{ code: string }>(seen).code;
  const limit = (days: number | null) =>
    limitKeyAge(house.context, house.author, house.programme, days, house.clock.now());

  test('a key: nothing more is sealed to it, and its reader alone is told why', async () => {
    const participant = await admit(house, 'Has a key', { tier: 'validate' });
    const reader = await joinReader(house, participant);
    const ends = plus(house.clock.now(), 100 * DAY_MS);
    house.clock.set(plus(house.clock.now(), DAY_MS));
    const younger = await joinReader(house, participant);
    await limit(100);
    house.clock.set(plus(ends, -1));
    assert.ok((await asks(reader)).bytes.length > 0, 'a millisecond before');
    house.clock.set(ends);
    const refused = await asksFor(reader.token);
    assert.deepEqual([refused.status, codeOf(refused)], [409, 'KEY_EXPIRED']);
    assert.doesNotMatch(refused.body.toString(), /advisory|Small|\d{4}-\d/);
    assert.ok((await asks(younger)).bytes.length > 0, 'another key of the same participant');
    // Of what is not open to it, it learns no more than any other.
    const stranger = await joinReader(
      house,
      await admit(house, 'Applies', { standing: 'applicant' }),
    );
    await stand(house, participant, 'suspended');
    assert.deepEqual(await asksFor(reader.token), await asksFor(stranger.token));
    await stand(house, participant, 'active');
    await limit(null);
    const still = await asksFor(reader.token);
    assert.deepEqual([still.status, codeOf(still)], [409, 'KEY_EXPIRED'], 'no one person opens it');
    house.clock.set(plus(ends, 2 * DAY_MS));
    assert.ok((await asks(younger)).bytes.length > 0, 'what has not ended lives longer');
  });

  test('the key’s own end counts, whatever age the programme allows', async () => {
    const participant = await admit(house, 'Has OpenPGP', { tier: 'validate' });
    const made = house.clock.now();
    const { privateKey, publicKey } = await generateKey({
      type: 'ecc',
      userIDs: [{ name: 'Desk' }],
      date: new Date(made),
      keyExpirationTime: 3_600,
      format: 'object',
    });
    const { text: recipient } = openpgpRecipient(publicKey.write());
    const reader = await joinReader(house, participant, {
      recipient,
      prove: (signed) => openpgpSignature(privateKey, signed, new Date(made)),
    });
    const ends = plus(made, HOUR_MS);
    for (const days of [null, 3_650]) {
      await limit(days);
      house.clock.set(plus(ends, -1));
      assert.ok((await asks(reader)).bytes.length > 0);
      house.clock.set(ends);
      await assert.rejects(asks(reader), { code: 'KEY_EXPIRED' });
    }
    await limit(null);
  });

  test('the participant is told before, once for each key, and never which', async () => {
    const participant = await admit(house, 'Is warned', { tier: 'validate' });
    const reader = await joinReader(house, participant);
    const ends = plus(house.clock.now(), 40 * DAY_MS);
    await limit(40);
    const told = async () => {
      await house.cycle();
      type Kinds = { items: { kind: string }[] };
      const { items } = json<Kinds>(await edge.get('/v1/notices', reader.token));
      return items.filter(({ kind }) => kind === 'key_ends');
    };
    house.clock.set(plus(ends, -30 * DAY_MS - 1));
    assert.deepEqual(await told(), []);
    house.clock.set(plus(ends, -30 * DAY_MS));
    const [notice, ...more] = await told();
    assert.deepEqual([Object.keys(notice ?? {}).sort(), more], [['at', 'id', 'kind'], []]);
    house.clock.set(ends);
    assert.equal((await told()).length, 1);
    type Keys = { keys: { expiresAt: string }[] };
    const { keys } = json<Keys>(await edge.get('/v1/keys', reader.token));
    assert.deepEqual(keys[0]?.expiresAt, formatInstant(ends));
    await limit(null);
  });

  test('afterwards the ledger holds', async () => {
    await assertInvariants(house);
  });
});
