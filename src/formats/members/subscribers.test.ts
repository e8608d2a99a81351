import assert from 'node:assert/strict';
import { test } from 'node:test';
import { membersOfSubscribers } from './subscribers.ts';

const KEY = 'A1B2C3D4'.repeat(5);

test('what shares a domain is one organisation, with the lines that name it', () => {
  const text = [
    `soc@harbour.example\t${KEY}\tadmin\t`,
    'cert@quarry.example\tN/A\t\t',
    `PSIRT@Harbour.example\t${KEY.toLowerCase()}\t\tDelivery disabled!`,
    '',
  ].join('\r\n');
  assert.deepEqual(
    membersOfSubscribers(text).map(({ rows, name, contacts }) => ({ rows, name, contacts })),
    [
      {
        rows: [1, 3],
        name: null,
        contacts: [
          { address: 'soc@harbour.example', fingerprint: KEY },
          { address: 'psirt@harbour.example', fingerprint: KEY },
        ],
      },
      { rows: [2], name: null, contacts: [{ address: 'cert@quarry.example', fingerprint: null }] },
    ],
  );
});

test('a doubled line is one contact; a key named later is kept', () => {
  const text = `soc@a.example\tN/A\nsoc@a.example\t${KEY}\nsoc@a.example\tN/A\n`;
  const [member] = membersOfSubscribers(text);
  assert.deepEqual(member?.contacts, [{ address: 'soc@a.example', fingerprint: KEY }]);
});

test('a shifted column, another separator, a formula: named with its line and column', () => {
  const cases: [string, string][] = [
    [`${KEY}\tsoc@a.example`, 'address'],
    ['soc@a.example N/A', 'address'],
    ['soc@a.example\tadmin', 'fingerprint'],
    ['soc@a.example', 'fingerprint'],
    ['=1@a.example\tN/A', 'address'],
    ['soc@a.example\tN/A\tadmin\t\tmore', '5'],
  ];
  for (const [line, column] of cases) {
    const [, refused] = membersOfSubscribers(`ok@b.example\tN/A\n${line}\n`);
    assert.deepEqual([refused?.rows, refused?.problems[0]?.column], [[2], column], line);
  }
});
