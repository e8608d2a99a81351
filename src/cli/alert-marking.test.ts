import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suggestionText } from '../main/suggest.ts';
import { budgetText } from './alert-marking.ts';

test('what cannot be traced is said first where it would be missed last', () => {
  const common = { canaries: 0, alone: 0, suggested: 0 };
  const text = budgetText(
    {
      cap: 2_000,
      look: 1,
      loss: 0.3,
      artifacts: [
        { artifact: 'a', marking: 'full', slots: 30, ...common, suggested: 4 },
        { artifact: 'b', marking: 'none', slots: 0, ...common },
      ],
      slots: 30,
      participantSlots: 20,
      power: [0.1, 0, 0],
      alone: 0.02,
      missing: 77,
    },
    [],
  );
  assert.match(text, /about 77 more slots to name one copy in 95 of 100/);
  assert.match(text, /b: these copies cannot be told apart/);
  assert.match(text, /a: 4 suggestions/);
  assert.match(text, /one participant named: 10 % undamaged, 2 % with 30 % lost/);
});

test('a suggestion shows its line and its place, and nothing of the text becomes YAML', () => {
  const yaml = suggestionText('First.\nalternates: [x]\n# it allows - all: of it\n# not\n');
  const lines = yaml.split('\n').filter((line) => !/^\s*#/.test(line));
  for (const line of lines.slice(1, -1)) assert.match(line, /^ {2}(- | {2})[a-z]+: /);
});
