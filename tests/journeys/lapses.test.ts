/** What runs out shuts at that very millisecond, with its own reason; renewed, it opens at once. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Enrolment } from '../../src/domain/enrolment.ts';
import {
  DAY_MS,
  formatInstant,
  type Instant,
  parseInstant,
  plus,
} from '../../src/domain/instant.ts';
import { serveCopy } from '../../src/programme/serve-copy.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import {
  admit,
  enrolment,
  type House,
  joinReader,
  openHouse,
  restate,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
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

  test('afterwards the ledger holds', async () => {
    await assertInvariants(house);
  });
});
