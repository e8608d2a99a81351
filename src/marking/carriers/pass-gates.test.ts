import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Gate, ProposedBit, ProposedCanary } from './carrier.ts';
import { passGates } from './pass-gates.ts';

const TEXT = 'one two three four';

function bit(word: string): ProposedBit {
  const start = TEXT.indexOf(word);
  const place = { start, end: start + word.length, other: word.toUpperCase(), what: word };
  return { kind: 'bit', source: 'automatic', family: 'test.word', weight: 1, ...place };
}

const CANARY: ProposedCanary = {
  ...{ kind: 'canary', source: 'author', family: 'test.canary', form: 'hex' },
  ...{ start: 4, end: 4, what: 'canary', weight: 1 },
};

/** Drops one word, and remembers what it was asked. */
function refuses(word: string, asked: string[][]): Gate {
  return (_text, chosen) => {
    asked.push(chosen.map(({ what }) => what));
    const dropped = chosen.filter(({ what }) => what === word);
    return {
      kept: chosen.filter(({ what }) => what !== word),
      dropped: dropped.map(({ family, what }) => ({ family, what, reason: `not ${word}` })),
    };
  };
}

test('a second gate of a format is asked too, about what the first one kept', () => {
  const [one, three, four] = [bit('one'), bit('three'), bit('four')];
  const asked: string[][] = [];
  const gates = [refuses('one', asked), refuses('four', asked)];
  const passed = passGates(TEXT, [one, CANARY, three, four], gates);
  assert.deepEqual(passed.slots, [CANARY, three]);
  assert.deepEqual(
    passed.dropped.map(({ reason }) => reason),
    ['not one', 'not four'],
  );
  assert.deepEqual(asked, [
    ['one', 'three', 'four'],
    ['three', 'four'],
  ]);
});
