/** Who had an alert before an instant, by whatever way: nobody is left out of an investigation. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { ParticipantId } from '../../src/domain/ids.ts';
import { DAY_MS, formatInstant, HOUR_MS, type Instant, plus } from '../../src/domain/instant.ts';
import { addArtifact } from '../../src/programme/alert/draft-alert.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import { admit, approve, type House, joinReader, openHouse } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';

type Exposure = {
  readonly held: readonly { readonly participant: string; readonly copies: number }[];
  readonly others: readonly Record<string, unknown>[];
  readonly alike: readonly string[];
};

describe('who had an alert, and by which way', () => {
  let house: House;
  let edge: Edge;
  let small: Awaited<ReturnType<typeof smallAlert>>;
  let firm: ParticipantId;
  let mailed: ParticipantId;
  let note: string;

  const say = (path: string, body: object) =>
    edge.post(`/v1/alerts/${small.alert}/${path}`, body, { token: house.tokens.author });
  const exposed = async (at: Instant): Promise<Exposure> => {
    const path = `/v1/alerts/${small.alert}/exposure?before=${formatInstant(at)}`;
    return json<Exposure>(await edge.get(path, house.tokens.author));
  };

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    firm = await admit(house, 'Firm', { tier: 'validate' });
    mailed = await admit(house, 'Mailed', { tier: 'entry' });
    small = await smallAlert(house);
    const { context, author, clock } = house;
    const unmarked = {
      kind: 'summary',
      variant: 'full',
      format: 'text',
      marking: 'none',
      name: 'note.txt',
      content: Buffer.from('In general.\n'),
      sidecar: null,
      reducedBy: null,
      sourcePublishedAt: null,
    } as const;
    const now = clock.now();
    note = (await addArtifact(context, author, small.alert, null, unmarked, now)).artifact;
    await approve(house, small.alert);
    clock.set(small.firstWave);
    await house.cycle();
    const { caller } = await joinReader(house, firm);
    await serveCopy(context, caller, small, clock.now());
    clock.set(plus(clock.now(), DAY_MS));
  });
  after(() => house.tearDown());

  test('a copy by another channel, and who knew besides, from when they count', async () => {
    const [sent, knew] = [plus(small.firstWave, HOUR_MS), plus(small.firstWave, -DAY_MS)];
    const at = formatInstant(sent);
    const post = { participant: mailed, channel: 'mail', at };
    assert.equal((await say('outside-deliveries', post)).status, 201);
    const finder = { role: 'finder', who: 'Ada of Norrland', since: formatInstant(knew) };
    assert.equal((await say('knowledge', finder)).status, 201);
    const { held, others } = await exposed(plus(sent, 1));
    assert.deepEqual(
      held.map(({ participant, copies }) => [participant, copies]),
      [[firm, 1]],
    );
    const nothing = { channel: null, participant: null, role: null, who: null };
    assert.deepEqual(
      others.map(({ id: _, ...rest }) => rest),
      [
        { ...nothing, since: finder.since, role: 'finder', who: finder.who },
        { ...nothing, since: at, channel: 'mail', participant: mailed },
      ],
    );
    const [first, ...more] = (await exposed(sent)).others;
    assert.deepEqual([first?.['role'], more], ['finder', []], 'at the instant it was not before');
  });

  test('copies without marks are named as alike, once somebody has one', async () => {
    assert.deepEqual((await exposed(house.clock.now())).alike, []);
    const { caller } = await joinReader(house, firm);
    const asked = { alert: small.alert, artifact: note as typeof small.artifact };
    await serveCopy(house.context, caller, asked, house.clock.now());
    assert.deepEqual((await exposed(plus(house.clock.now(), 1))).alike, [note]);
  });

  test('no name lies in clear, and bad words are refused with their field', async () => {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ clear: boolean }>`select position('Ada'::bytea in who_enc) > 0 as clear
        from outside_knowledge where who_enc is not null`.execute(tx),
    );
    assert.deepEqual(rows, [{ clear: false }]);
    const since = formatInstant(house.clock.now());
    const later = formatInstant(plus(house.clock.now(), 1));
    for (const [path, body, field] of [
      ['knowledge', { role: 'finder', who: '  ', since }, 'who'],
      ['knowledge', { role: 'finder', who: 'x', since: later }, 'since'],
      ['knowledge', { role: 'friend', who: 'x', since }, 'role'],
      ['outside-deliveries', { participant: firm, channel: 'pigeon', at: since }, 'channel'],
    ] as const) {
      const refused = await say(path, body);
      assert.equal(refused.status, 400, field);
      assert.match(refused.body.toString(), new RegExp(field));
    }
    const stranger = { participant: small.alert, channel: 'mail', at: since };
    assert.equal((await say('outside-deliveries', stranger)).status, 404);
    await assertInvariants(house);
  });
});
