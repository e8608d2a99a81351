import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../../domain/seeded.ts';
import { drawCast, type Firm, READERS, type Role, reportsToGovernment } from './cast.ts';
import { readInvented } from './invented.ts';

const invented = await readInvented();
const draw = (seed: number) => drawCast(invented, seeded(seed));
const count = (firms: readonly Firm[], role: Role) =>
  firms.filter((firm) => firm.role === role).length;

test('a seed gives the same people again, another seed others', () => {
  assert.deepEqual(draw(3), draw(3));
  assert.notDeepEqual(draw(3), draw(4));
});

test('whatever the seed: 120 firms over the tiers, 300 readers, nobody twice', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const firms = draw(seed);
    const tiers = Map.groupBy(firms, ({ enrolment }) => enrolment.tier);
    assert.deepEqual(
      ['validate', 'ans', 'entry'].map((tier) => tiers.get(tier)?.length),
      [10, 30, 80],
    );
    assert.equal(new Set(firms.map(({ name }) => name)).size, 120);
    assert.ok(firms.every(({ readers }) => readers.length > 0));
    assert.equal(new Set(firms.flatMap(({ readers }) => readers)).size, READERS);
    assert.deepEqual(
      (['duty', 'unknown', 'expired'] as const).map((role) => count(firms, role)),
      [12, 6, 3],
    );
  }
});

test('who owes a government what is known does so under a law, and nobody else does', () => {
  for (const { role, enrolment } of draw(1)) {
    const { duty } = enrolment;
    const owes = duty.status === 'stated' && duty.duties.some(reportsToGovernment);
    assert.equal(owes, role === 'duty');
    assert.equal(duty.status === 'unknown', role === 'unknown');
    for (const { law } of duty.status === 'stated' ? duty.duties : []) assert.ok(law.length > 0);
  }
});
