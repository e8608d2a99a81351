import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson, type Json } from './canonical.ts';

/** RFC 8785 Appendix B: IEEE 754 bits and their serialisation. */
const NUMBERS: readonly [bits: string, text: string][] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
];

test("numbers are written as RFC 8785's appendix B says", () => {
  for (const [bits, text] of NUMBERS) {
    assert.equal(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE(0)), text, bits);
  }
});

test("the example of RFC 8785 §3.2.2 takes §3.2.3's form", () => {
  const value = JSON.parse(String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`) as Json;
  assert.equal(
    canonicalJson(value),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      String.raw`"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
});

test('members are sorted by UTF-16 code units: the sample of RFC 8785 §3.2.3', () => {
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  };
  const order = [...canonicalJson(value).matchAll(/:"([^"]+)"/g)].map((match) => match[1]);
  assert.deepEqual(order, [
    'Carriage Return',
    'One',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ]);
});

test('the form says the same as the value, and is a fixed point', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
      const json = canonicalJson(value as Json);
      assert.equal(canonicalJson(JSON.parse(json) as Json), json);
      // -0 has no JSON of its own.
      assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('the order in which members were set does not matter', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.integer()), (members) => {
      const reversed = Object.fromEntries(Object.entries(members).reverse());
      assert.equal(canonicalJson(reversed), canonicalJson({ ...members }));
    }),
  );
});

test('what JSON cannot say is refused, and the place is named', () => {
  const cases: readonly [value: unknown, field: string][] = [
    [Number.NaN, '$'],
    [{ a: [1, Number.POSITIVE_INFINITY] }, '$.a[1]'],
    [{ a: undefined }, '$.a'],
    [[new Array<number>(1)], '$[0][0]'],
    [{ at: new Date(0) }, '$.at'],
    [{ bytes: Buffer.from('x') }, '$.bytes'],
    [{ map: new Map() }, '$.map'],
    [{ a: 1n }, '$.a'],
    [{ a: () => 1 }, '$.a'],
    [{ a: Symbol('s') }, '$.a'],
    ['\ud800', '$'],
    [{ '\udfff': 1 }, '$'],
  ];
  for (const [value, field] of cases) {
    assert.throws(() => canonicalJson(value as Json), { code: 'INVALID_INPUT', field });
  }
});

test('an object without a prototype is as plain as one with', () => {
  const bare: Record<string, Json> = Object.create(null) as Record<string, Json>;
  bare['b'] = 1;
  assert.equal(canonicalJson(bare), '{"b":1}');
});

test('a nesting beyond 256 levels, and so a cycle, is an error and no crash', () => {
  let deep: Json = 1;
  for (let i = 0; i < 256; i++) deep = [deep];
  assert.equal(canonicalJson(deep), `${'['.repeat(256)}1${']'.repeat(256)}`);
  assert.throws(() => canonicalJson([deep]), { code: 'INVALID_INPUT' });
  const cycle: Json[] = [];
  cycle.push(cycle);
  assert.throws(() => canonicalJson(cycle), { code: 'INVALID_INPUT' });
});
