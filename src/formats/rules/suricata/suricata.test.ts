import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { canonicalSuricata } from './canonical.ts';
import { parseSuricata } from './parse.ts';

const RULE =
  'alert tcp [10.0.0.0/8, !10.1.0.0/16] any -> $HOME_NET [80,443] (msg:"a; \\"b\\"; (c)"; ' +
  'content:"x|0d 0A|y"; content:!"z"; distance:0; reference:cve,2025-1; reference:url,a.example; ' +
  'metadata:k v, l w; noalert; sid:1; rev:2;)';
const form = (text: string) => canonicalSuricata(parseSuricata(text));

test('headers, quoted semicolons and keywords without a value are taken apart', () => {
  const [rule, ...more] = parseSuricata(`# a comment\n\n${RULE}\n`);
  assert.equal(more.length, 0);
  assert.deepEqual(rule?.header, [
    'alert',
    'tcp',
    '[10.0.0.0/8,!10.1.0.0/16]',
    'any',
    '->',
    '$HOME_NET',
    '[80,443]',
  ]);
  const options = rule?.options.map(({ key, value }) => (value === null ? key : `${key}=${value}`));
  assert.deepEqual(options?.slice(0, 3), [
    'msg="a; \\"b\\"; (c)"',
    'content="x|0d 0A|y"',
    'content=!"z"',
  ]);
  assert.ok(options?.includes('noalert'));
});

test('a rule spread over lines is the same rule', () => {
  assert.equal(form(RULE.replaceAll(/; (?=[a-z])/g, '; \\\n  ')), form(RULE));
});

test('what means the same has one form', () => {
  const same = [
    RULE.replace('0d 0A', '0D0a'),
    RULE.replace('x|0d 0A|y', '|78 0d 0a 79|'),
    RULE.replace('k v, l w', 'l w,k  v'),
    RULE.replace(
      'reference:cve,2025-1; reference:url,a.example;',
      'reference:url,a.example; reference:cve,2025-1;',
    ),
  ];
  for (const text of same) {
    assert.notEqual(text, RULE);
    assert.equal(form(text), form(RULE));
  }
  assert.equal(
    form(`${RULE}\n${RULE.replace('sid:1', 'sid:9')}`),
    form(`${RULE.replace('sid:1', 'sid:9')}\n# x\n${RULE}`),
  );
});

test('what means something else has another form', () => {
  const others = [
    RULE.replace('content:"x|0d 0A|y"; content:!"z"', 'content:!"z"; content:"x|0d 0A|y"'),
    RULE.replace('"x|', '"X|'),
    RULE.replace('!"z"', '"z"'),
    RULE.replace('sid:1', 'sid:2'),
    RULE.replace('->', '<>'),
    RULE.replace('k v', 'k w'),
    RULE.replace('msg:"a', 'msg:"A'),
    RULE.replace('any ->', '80 ->'),
    RULE.replace('content:"x|0d 0A|y";', 'content:"x|0d 0A|y"; nocase;'),
  ];
  for (const text of others) {
    assert.notEqual(text, RULE);
    assert.notEqual(form(text), form(RULE), text);
  }
});

test('what is not a rule is refused, and the line named', () => {
  const faulty = [
    'alert tcp any any -> any any',
    'alert tcp any any -> any any (sid:1;',
    'alert tcp any any any any (sid:1;)',
    'shout tcp any any -> any any (sid:1;)',
    'alert tcp any any -> any any (sid:1)',
    'alert tcp any any -> any any (msg:"open; sid:1;)',
    'alert tcp any any -> any any (1sid:1;)',
    'alert tcp any any -> any any (sid 1;)',
  ];
  for (const text of faulty) {
    assert.throws(() => parseSuricata(`# first\n${text}\n`), {
      code: 'INVALID_INPUT',
      message: /line 2/,
    });
  }
});

test('the real rules are read', async () => {
  const file = 'testdata/toolshell/suricata/toolshell-own.rules';
  assert.equal(parseSuricata(await readFile(file, 'utf8')).length, 2);
});
