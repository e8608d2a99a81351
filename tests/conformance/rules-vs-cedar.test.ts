import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTIONS } from '../../src/domain/decision.ts';
import { cedarEvaluator, parseCedar } from '../../src/policy/cedar.ts';
import { buildEngine, programsFor } from '../../src/policy/engine.ts';
import { evaluate } from '../../src/policy/program.ts';
import { cedarRequest, type Row } from '../../src/policy/request.ts';
import { readRule } from '../../src/policy/rule.ts';
import { cedarSchema, vocabularyOf } from '../../src/policy/vocabulary.ts';
import { counts } from '../counts.ts';
import { namesWith } from '../support/names.ts';
import { type Seeded, seeded } from '../support/seeded.ts';
import { randomRule } from './random-rules.ts';

const VOCABULARY = vocabularyOf(namesWith(['first', 'second', 'third']));
const RULES_AT_ONCE = 40;
const REQUESTS_EACH = 25;

test('random rules over every construct mean to the closures what they mean to Cedar', () => {
  const random = seeded(77);
  const met = { applied: 0, failed: 0, silent: 0 };
  const asked = RULES_AT_ONCE * REQUESTS_EACH * ACTIONS.length;
  for (let done = 0; done < counts.decide * 10; done += asked) compareBatch(random, met);
  // Otherwise the generator would have lost its teeth.
  for (const [what, count] of Object.entries(met)) assert.ok(count > 500, `${what}: ${count}`);
});

function compareBatch(random: Seeded, met: { applied: number; failed: number; silent: number }) {
  const text = Array.from({ length: RULES_AT_ONCE }, (_, i) =>
    randomRule(`r${i}`, VOCABULARY, random),
  ).join('\n');
  const rules = parseCedar('random.cedar', text).map(readRule);
  const engine = buildEngine(rules, VOCABULARY);
  const cedar = cedarEvaluator(
    'random',
    cedarSchema(VOCABULARY),
    new Map(rules.map(({ id, json }) => [id, json])),
  );
  for (let i = 0; i < REQUESTS_EACH; i++) {
    fillRandomly(engine.row, random);
    const programs = programsFor(engine, 'Participant', engine.row);
    assert.ok(programs !== null);
    for (const action of ACTIONS) {
      const { signals } = evaluate(programs[action], engine.row);
      const ids = (failed: boolean) =>
        signals
          .filter(({ reason }) => (reason === null) === failed)
          .map(({ rule }) => rule.id)
          .sort();
      const request = cedarRequest(VOCABULARY, engine.row, 'Participant', action);
      const expected = cedar(request);
      const ours = { policies: ids(false), errors: ids(true) };
      const theirs = { policies: expected.policies, errors: expected.errors };
      assert.deepEqual(ours, theirs, `${JSON.stringify(request)}\n${text}`);
      met.applied += ours.policies.length;
      met.failed += ours.errors.length;
      met.silent += RULES_AT_ONCE - signals.length;
    }
  }
}

/** Codes and masks anywhere in their range; instants few, so that they often coincide. */
function fillRandomly(row: Row, random: Seeded): void {
  for (const { slot, type } of VOCABULARY.attributes.values()) {
    const size = VOCABULARY.sizes[slot];
    const instants = [0, 1_750_000_000_000, 1_750_000_000_001, 253_402_300_799_999];
    row[slot] =
      type.kind === 'long' || size === undefined
        ? (instants[random.below(instants.length)] ?? 0)
        : random.below(size);
  }
}
