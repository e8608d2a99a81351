import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open } from '../../src/crypto/age/open.ts';
import type { UsePermission } from '../../src/domain/artifact.ts';
import { DAY_MS, formatInstant, plus } from '../../src/domain/instant.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import { admit, type House, joinReader, openHouse, type TestReader } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { enactSection } from '../support/section.ts';
import { smallAlert } from '../support/small-alert.ts';

const USE = `
use:
  permissions:
    read: {from: receipt}
    build_protection: {from: receipt + 1d}
    test: {from: receipt, until: T0}
    deploy_hosted: {from: receipt, if: [hosted]}
    ship_detection: {from: T0, to: own_users}
    share_peers: {from: receipt}
    announce_existence: {from: receipt, fields: [existence, T0]}
  different_patch: refused
  terms:
    no_marketing: Membership is no advertisement.
`;

/** `share_peers` is the pack's alone, `external_ai_processing` the alert's. */
const LISTED: readonly UsePermission[] = [
  'read',
  'build_protection',
  'test',
  'deploy_hosted',
  'ship_detection',
  'announce_existence',
  'external_ai_processing',
];

type Use = {
  readonly permission: string;
  readonly inForce: boolean;
  readonly from: string;
  readonly until: string | null;
  readonly audience: string;
  readonly terms: readonly string[];
};
type Item = {
  readonly usePermissions: readonly string[];
  readonly use: { terms: readonly object[]; safeToSay: string | null } | null;
  readonly artifacts: readonly { readonly use: readonly Use[] | null }[];
};

describe('what a copy permits, under a pack that says so', () => {
  let house: House;
  let edge: Edge;
  let reader: TestReader;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    reader = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
  });
  after(() => house.tearDown());

  const item = async (alert: string): Promise<Item> =>
    json<Item>(await edge.get(`/v1/inbox/${alert}`, reader.token));
  type Small = Awaited<ReturnType<typeof smallAlert>>;
  const fetched = async (small: Small) => {
    const { bytes } = await serveCopy(house.context, reader.caller, small, house.clock.now());
    return unpackCopy(open([reader.identity], bytes)).manifest;
  };
  const permitted = async (small: Small) => (await fetched(small)).usePermissions;

  test('without the section it is the alert’s own list, and nothing is safe to say', async () => {
    await enactSection(house, 'use', null);
    const small = await smallAlert(house, LISTED);
    house.clock.set(small.firstWave);
    await house.cycle();
    const copy = await fetched(small);
    assert.deepEqual([copy.usePermissions, copy.terms], [LISTED, []]);
    const { usePermissions, use, artifacts } = await item(small.alert);
    assert.deepEqual(usePermissions, LISTED);
    assert.deepEqual([use, artifacts.map((each) => each.use)], [null, [null]]);
  });

  test('a permission before its time, after its end, or that one of the two lacks', async () => {
    await enactSection(house, 'use', USE);
    const small = await smallAlert(house, LISTED);
    house.clock.set(small.firstWave);
    await house.cycle();
    const fresh = await item(small.alert);
    assert.equal(fresh.use?.safeToSay, null, 'who has no copy has nothing to announce');

    assert.deepEqual(await permitted(small), ['read', 'test', 'announce_existence']);
    const received = house.clock.now();
    const terms = ['no_marketing'];
    const [from, later, t0] = [received, plus(received, DAY_MS), small.disclosureAt].map(
      formatInstant,
    );
    const had = await item(small.alert);
    assert.deepEqual(had.usePermissions, ['read', 'test', 'announce_existence']);
    assert.deepEqual(had.artifacts[0]?.use, [
      { permission: 'read', inForce: true, from, until: null, audience: 'self', terms },
      {
        permission: 'build_protection',
        inForce: false,
        from: later,
        until: null,
        audience: 'self',
        terms,
      },
      { permission: 'test', inForce: true, from, until: t0, audience: 'self', terms },
      {
        permission: 'ship_detection',
        inForce: false,
        from: t0,
        until: null,
        audience: 'own_users',
        terms,
      },
      {
        permission: 'announce_existence',
        inForce: true,
        from,
        until: null,
        audience: 'anyone',
        terms,
      },
    ]);
    const term = { code: 'no_marketing', text: 'Membership is no advertisement.' };
    assert.deepEqual(had.use?.terms, [term]);
    assert.deepEqual((await fetched(small)).terms, [term], 'the copy says so itself');
    assert.match(
      had.use?.safeToSay ?? '',
      /^We have been told of a vulnerability alert before its publication\. It will be /,
    );

    house.clock.set(plus(received, DAY_MS - 1));
    assert.ok(!(await permitted(small)).includes('build_protection'), 'a moment too early');
    house.clock.set(plus(received, DAY_MS));
    assert.ok(
      (await permitted(small)).includes('build_protection'),
      'counted from the first copy, not from this one',
    );
    house.clock.set(plus(small.disclosureAt, -1));
    assert.ok((await permitted(small)).includes('test'));
    house.clock.set(small.disclosureAt);
    await house.cycle();
    const public_ = ['read', 'build_protection', 'ship_detection', 'announce_existence'];
    assert.deepEqual(await permitted(small), public_);
    const said = (await item(small.alert)).use?.safeToSay ?? '';
    assert.match(said, /It was published on/);
    assert.ok(!said.includes(small.alert) && !said.includes('Small'), 'neither id nor title');
    await assertInvariants(house);
  });
});
