import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { open as openAge } from '../../src/crypto/age/open.ts';
import type { AlertId, ArtifactId } from '../../src/domain/ids.ts';
import { DAY_MS, HOUR_MS, type Instant, plus } from '../../src/domain/instant.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import { addArtifact, draftAlert } from '../../src/programme/alert/draft-alert.ts';
import { dueReviews } from '../../src/programme/member/review-members.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import type { Find } from '../../src/programme/trace/record-find.ts';
import { releaseReport, reportStatus } from '../../src/programme/trace/release-report.ts';
import {
  admit,
  approve,
  EXAMPLE,
  enrolment,
  type House,
  joinReader,
  openHouse,
  restate,
  T0,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { enactSection } from '../support/section.ts';
import { traced } from '../support/sighting.ts';

/** A programme that lets members ship what they were given, to users of their own products. */
const SHIPS = `
use:
  permissions:
    read: {from: receipt}
    ship_detection: {from: T0, to: own_users}
  different_patch: refused
`;

describe('a rule of the programme is found in the product of the member it was issued to', () => {
  let house: House;
  let member: TestReader;
  let alert: AlertId;
  let rules: string;

  before(async () => {
    house = await openHouse({ readerCap: 10 });
    await enactSection(house, 'use', SHIPS);
    const readers: TestReader[] = [];
    for (const name of ['One', 'Two', 'Three']) {
      readers.push(await joinReader(house, await admit(house, name, { tier: 'validate' })));
    }
    const [first] = readers;
    assert.ok(first);
    member = first;
    let artifact: ArtifactId;
    ({ alert, artifact } = await ruleAlert());
    house.clock.set(plus(T0, -HOUR_MS));
    await house.cycle();
    for (const reader of readers) {
      const copy = await serveCopy(
        house.context,
        reader.caller,
        { alert, artifact },
        house.clock.now(),
      );
      const { content } = unpackCopy(openAge([reader.identity], copy.bytes));
      if (reader === member) rules = content.toString();
    }
    house.clock.set(plus(T0, 2 * DAY_MS));
  });
  after(() => house.tearDown());

  /** An alert of one set of rules, so large that every late look names a reader by it alone. */
  async function ruleAlert() {
    const { context, author, programme, clock } = house;
    const now = clock.now();
    const uses = ['read', 'ship_detection'] as const;
    const about = { title: 'Rules', disclosureAt: T0, tlp: 'AMBER', usePermissions: uses } as const;
    const made = await draftAlert(context, author, programme, about, now);
    const text = await readFile(join(EXAMPLE, 'rule.yar'), 'utf8');
    const [head = '', ...bodies] = text.split(/^(?=rule )/m);
    const many = Array.from({ length: 12 }, (_, i) =>
      bodies
        .join('')
        .replaceAll(/^rule \w+/gm, `$&_${i}`)
        .replaceAll('Request', `Request${i}`),
    );
    const added = await addArtifact(
      context,
      author,
      made.alert,
      null,
      {
        ...{ kind: 'detection_rule', variant: 'full', format: 'yara', marking: 'full' },
        ...{ name: 'rules.yar', content: Buffer.from(head + many.join('')), sidecar: null },
        ...{ reducedBy: null, sourcePublishedAt: null },
      },
      now,
    );
    await approve(house, made.alert);
    return { alert: made.alert, artifact: added.artifact };
  }

  async function copyFound(find: Partial<Find>) {
    const product: Find = {
      ...{ kind: 'member_product', place: 'Scanner 7.1, rules of 9 July', shipped: 'yes' },
      ...{ foundAt: plus(T0, DAY_MS), member: member.caller.participant },
    };
    const { evidence, copies, find: told } = await traced(house, rules, { ...product, ...find });
    assert.equal(told?.place, product.place);
    assert.deepEqual(
      evidence?.participants.map(({ participant }) => participant),
      [member.caller.participant],
    );
    const [copy, ...others] = copies;
    assert.ok(copy);
    assert.deepEqual([others.length, copy.alert, copy.copyIdentified], [0, alert, 'alone']);
    assert.equal(copy.participant, member.caller.participant);
    return [copy.useAtThatTime, ...copy.artifacts.map(({ because }) => because)];
  }

  test('a day after disclosure: copy identified, use permitted', async () => {
    assert.deepEqual(await copyFound({}), ['permitted', 'IN_FORCE']);
  });

  test('a moment before disclosure: copy identified, use not permitted', async () => {
    assert.deepEqual(await copyFound({ foundAt: plus(T0, -1) }), ['not_permitted', 'NOT_IN_FORCE']);
  });

  test('on a site, perhaps taken from the product: copy identified, use not known', async () => {
    const site = { kind: 'public_site', shipped: 'unknown', member: null } as const;
    assert.deepEqual(await copyFound(site), ['unknown', 'PERHAPS_SHIPPED']);
  });

  test('somebody is to look at the member once such a report is released', async () => {
    const { context, programme, approver, clock } = house;
    const causes = async () => {
      const due = await dueReviews(context, approver, programme, clock.now(), clock.now());
      const own = due.find(({ participant }) => participant === member.caller.participant);
      return own?.causes.filter(({ code }) => code === 'COPY_IDENTIFIED').length ?? 0;
    };
    const find = (foundAt: Instant): Find => ({
      ...{ kind: 'member_product', place: 'Scanner 7.1', shipped: 'yes', foundAt },
      member: member.caller.participant,
    });
    for (const [foundAt, expected] of [
      [plus(T0, DAY_MS), 0],
      // Before they were served anything: what is marked for them was not made of a copy of theirs.
      [plus(T0, -17 * DAY_MS), 0],
      [plus(T0, -1), 1],
    ] as const) {
      const { sighting } = await traced(house, rules, find(foundAt));
      assert.equal(await causes(), 0, 'a draft');
      const { report } = await reportStatus(context, sighting);
      await releaseReport(context, approver, sighting, report, clock.now());
      assert.equal(await causes(), expected);
    }
  });

  test('the policy is the one in force when it was found, not the one of today', async () => {
    const terms = '  terms: {no_text_in_products: Nothing of ours in products.}';
    await enactSection(house, 'use', `${SHIPS}${terms}\n`);
    assert.deepEqual(await copyFound({}), ['permitted', 'IN_FORCE']);
    house.clock.set(plus(house.clock.now(), DAY_MS));
    const today = { foundAt: house.clock.now() };
    assert.deepEqual(await copyFound(today), ['not_permitted', 'NO_TEXT_IN_PRODUCTS']);
  });

  test('where a permission hangs on addenda, a changed enrolment leaves it open', async () => {
    const { clock } = house;
    const gated = SHIPS.replace('to: own_users}', 'to: own_users, addendum: aggregator}');
    await enactSection(house, 'use', gated);
    const now = clock.now();
    const before = { foundAt: now };
    assert.deepEqual(await copyFound(before), ['not_permitted', 'NOT_IN_FORCE']);
    clock.set(plus(now, 1));
    const { participant } = member.caller;
    const changed = enrolment({ tier: 'ans' });
    await restate(house, participant, changed);
    assert.deepEqual(await copyFound(before), ['unknown', 'FACTS_CHANGED']);
    await assertInvariants(house);
  });
});
