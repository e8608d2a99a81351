import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addArtifact, draftAlert } from '../../src/programme/alert/draft-alert.ts';
import { markingBudget } from '../../src/programme/alert/marking-budget.ts';
import { type House, openHouse, T0 } from '../support/house.ts';

let house: House;
before(async () => {
  house = await openHouse();
});
after(() => house.tearDown());

/** A text of `slots` approved alternates, and one word for which something could be suggested. */
function written(slots: number): { text: string; sidecar: string } {
  const numbers = Array.from({ length: slots }, (_, n) => n);
  const lines = numbers.map((n) => `The vendor shows item${n} to the operator.\n`);
  const approved = numbers.map(
    (n) => `  - { text: "shows item${n} to", other: "gives item${n} to", family: phrase }\n`,
  );
  return {
    text: `${lines.join('')}Prior to that it is safe.\n`,
    sidecar: `alternates:\n${approved.join('')}`,
  };
}

async function draftOf(slots: number) {
  const { context, author, programme, clock } = house;
  const now = clock.now();
  const head = { title: 'B', disclosureAt: T0, tlp: 'AMBER', usePermissions: ['read'] } as const;
  const { alert } = await draftAlert(context, author, programme, head, now);
  const { text, sidecar } = written(slots);
  const base = {
    variant: 'full',
    format: 'text',
    reducedBy: null,
    sourcePublishedAt: null,
  } as const;
  const marked = { ...base, kind: 'advisory', marking: 'full', name: 'a.txt', sidecar } as const;
  const content = Buffer.from(text);
  await addArtifact(context, author, alert, null, { ...marked, content }, now);
  const plain = { ...base, kind: 'mitigation', marking: 'none', name: 'm.txt', sidecar: null };
  await addArtifact(
    context,
    author,
    alert,
    null,
    { ...plain, kind: 'mitigation', marking: 'none', content: Buffer.from('Do it.\n') },
    now,
  );
  return alert;
}

test('an author learns before anything is released what a leak could be traced to', async () => {
  const few = await markingBudget(house.context, await draftOf(30));
  const many = await markingBudget(house.context, await draftOf(180));
  assert.deepEqual(
    many.artifacts.map(({ marking, slots, suggested }) => [marking, slots, suggested]),
    [
      ['full', 180, 1],
      ['none', 0, 0],
    ],
  );
  assert.equal(many.participantSlots, 120);
  assert.equal(many.artifacts[1]?.alone, 0);
  assert.ok(many.alone > 0.95 && many.power[0] === 1, JSON.stringify(many));
  assert.equal(many.missing, 0);
  // 20 slots of participants cannot name one of 2 000 readers, and it is said what could.
  assert.equal(few.alone, 0);
  assert.ok(few.missing !== null && few.missing > 60 && few.missing < 150, `${few.missing}`);
  assert.ok(few.power[1] <= few.power[0] && few.power[2] <= few.power[1]);
});

test('of an alert that there is not, nothing is said', async () => {
  const unknown = '00000000-0000-4000-8000-000000000000' as Parameters<typeof markingBudget>[1];
  await assert.rejects(markingBudget(house.context, unknown), { code: 'NOT_FOUND' });
});
