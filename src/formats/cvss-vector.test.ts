import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CvssVersion, checkCvssVector } from './cvss-vector.ts';

const V2 = 'AV:N/AC:L/Au:N/C:P/I:P/A:C';
const V3 = 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H';
const V4 = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';

const GOOD: readonly (readonly [CvssVersion, string])[] = [
  ['2.0', V2],
  ['2.0', `${V2}/E:POC/RL:OF/RC:UR/CDP:LM/TD:H/CR:L/IR:M/AR:H`],
  ['3.0', V3.replace('3.1', '3.0')],
  ['3.1', `${V3}/E:U/RL:O/RC:C`],
  ['3.1', `CVSS:3.1/MAV:P/${V3.slice('CVSS:3.1/'.length)}`],
  ['4.0', V4],
  ['4.0', `${V4}/E:A/CR:H/MSI:S/S:P/AU:Y/R:U/V:C/RE:L/U:Amber`],
];

const BAD: readonly (readonly [why: string, CvssVersion, string])[] = [
  ['a base metric missing', '3.1', V3.replace('/UI:N', '')],
  ['a metric twice', '3.1', `${V3}/AV:L`],
  ['a metric twice with the same value', '3.1', `${V3}/AV:N`],
  ['an unknown metric', '3.1', `${V3}/XY:Z`],
  ['a name that every object has', '3.1', `${V3}/constructor:X`],
  ['a value of another metric', '3.1', V3.replace('S:U', 'S:H')],
  ['an empty value', '3.1', V3.replace('S:U', 'S:')],
  ['a trailing slash', '3.1', `${V3}/`],
  ['a part with two colons', '3.1', V3.replace('S:U', 'S:U:U')],
  ['the prefix of another version', '3.0', V3],
  ['lower case', '3.1', V3.toLowerCase()],
  ['4.0 out of order', '4.0', V4.replace('AV:N/AC:L', 'AC:L/AV:N')],
  ['a 4.0 threat metric before the base', '4.0', V4.replace('4.0/', '4.0/E:A/')],
  ['a 3.1 metric in 4.0', '4.0', `${V4}/RL:O`],
  ['nothing', '3.1', ''],
  ['nothing for 2.0', '2.0', ''],
  ['parentheses around 2.0', '2.0', `(${V2})`],
];

test('well-formed vectors of all four versions pass', () => {
  for (const [version, vector] of GOOD) checkCvssVector(version, vector, 'v');
});

for (const [why, version, vector] of BAD) {
  test(`refused, naming the field: ${why}`, () => {
    const refused = { code: 'INVALID_INPUT', field: 'scores[0].vector' };
    assert.throws(() => checkCvssVector(version, vector, 'scores[0].vector'), refused);
  });
}
