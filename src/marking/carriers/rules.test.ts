import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { counts } from '../../../tests/counts.ts';
import { copiesOf, variantsOf } from '../../../tests/support/copies.ts';
import type { Format } from '../../domain/artifact.ts';
import type { ArtifactId } from '../../domain/ids.ts';
import { digestedContent } from '../../formats/rules/content-digest.ts';
import { canonicalSigma } from '../../formats/rules/sigma/canonical.ts';
import { parseSigma } from '../../formats/rules/sigma/parse.ts';
import { canonicalSuricata } from '../../formats/rules/suricata/canonical.ts';
import { parseSuricata } from '../../formats/rules/suricata/parse.ts';
import { compileYara } from '../../formats/rules/yara-x.ts';
import { freezeSlots } from '../freeze.ts';
import type { ProposedBit } from './carrier.ts';
import { sigma } from './sigma.ts';
import { yaraGate } from './yara-gate.ts';
import { canonical as canonicalYara } from './yara-opinion.ts';

const TESTDATA = join(import.meta.dirname, '../../../testdata');

function filesIn(folder: string): { name: string; text: string }[] {
  const groups = ['toolshell', 'rules'].filter((group) =>
    existsSync(join(TESTDATA, group, folder)),
  );
  return groups.flatMap((group) =>
    readdirSync(join(TESTDATA, group, folder)).map((name) => ({
      name,
      text: readFileSync(join(TESTDATA, group, folder, name), 'utf8'),
    })),
  );
}

function freeze(format: Format, text: string) {
  const artifact = '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId;
  return freezeSlots({ artifact, version: 1, format, text, sidecar: null, earlier: [] });
}

/** Marking a Sigma rule moves lines; only the condition is written anew. */
function sortedLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !line.includes('condition:'))
    .sort();
}

/** What is never touched, as it stands in a rule: in every copy the same, in the same order. */
function untouchable(text: string): string[] {
  const lines = text.match(/^\s*(?:author|date|modified|id|reference|hash\d*|score|title)\b.*$/gm);
  return [...(lines ?? []), ...(text.match(/^\s*- (?:https?:|attack\.|cve\.).*$/gm) ?? [])];
}

/** Compiling a file of rules for each of its slots takes minutes. */
const yaraCopies = counts.slotsAlone ? variantsOf : copiesOf;

test('YARA: every copy of every real rule has one canonical form and compiles the same', () => {
  const slots: Record<string, number> = {};
  let rules = 0;
  for (const { name, text } of filesIn('yara')) {
    const { table, dropped } = freeze('yara', text);
    assert.deepEqual(dropped, [], name);
    rules += text.match(/^rule /gm)?.length ?? 0;
    for (const { family } of table.slots) slots[family] = (slots[family] ?? 0) + 1;
    const authored = compileYara(text);
    assert.ok(authored.ok, name);
    for (const copy of yaraCopies(text, table)) {
      assert.equal(canonicalYara(copy), canonicalYara(text), name);
      assert.deepEqual(untouchable(copy), untouchable(text));
      const compiled = compileYara(copy);
      assert.ok(compiled.ok && compiled.warnings.length === authored.warnings.length, name);
    }
  }
  const total = Object.values(slots).reduce((sum, count) => sum + count, 0);
  assert.ok(total >= 5 * rules, `${total} slots in ${rules} rules`);
  assert.ok(Object.keys(slots).length >= 8, 'every manner of the carrier occurs');
});

test('Sigma: every copy of every real rule has one canonical form', () => {
  let slots = 0;
  const files = filesIn('sigma');
  for (const { name, text } of files) {
    const { table } = freeze('sigma', text);
    slots += table.slots.length;
    const authored = canonicalSigma(parseSigma(text));
    for (const copy of variantsOf(text, table)) {
      assert.equal(canonicalSigma(parseSigma(copy)), authored, name);
      assert.deepEqual(untouchable(copy), untouchable(text), name);
      assert.deepEqual(sortedLines(copy), sortedLines(text), name);
    }
  }
  assert.ok(slots >= 5 * files.length, `${slots} slots in ${files.length} rules`);
});

const RULE = `rule r {
  strings:
    $a = "first text" ascii
    $b = "second text" wide
  condition:
    filesize < 4KB and all of them
}
rule other { condition: r and filesize > 3 }`;

/** A slot that no carrier would offer: `from` replaced by `to`. */
function slot(text: string, from: string, to: string): ProposedBit {
  const start = text.indexOf(from);
  const range = { start, end: start + from.length, other: to };
  return { kind: 'bit', source: 'automatic', family: 'test', ...range, what: from, weight: 1 };
}

const SNORTED = `alert http any any -> any any (msg:"one"; content:"a|0d 0a|b"; content:"c"; \
reference:cve,2025-1; reference:url,a.example; metadata:k v, l w, m x; sid:1; rev:1;)
alert http any any -> any any (msg:"two"; pcre:"/x\\;y/"; reference:cve,1; classtype:misc; sid:2;)
drop http any any -> any any (msg:"three"; sid:3;)
# speaks of the fourth
drop http any any -> any any (msg:"four"; sid:4;)
drop http any any -> any any (msg:"five"; sid:5;)
drop http any any -> any any (msg:"six"; sid:6;)
`;

test('Suricata: every copy has one canonical form; contents, words, ids keep their order', () => {
  const real = filesIn('suricata').map(({ text }) => text);
  const fixed = /(?:msg|pcre|sid|rev|flow|nocase|content)\b[^;]*;/g;
  const kept = (text: string) =>
    text
      .split('\n')
      .map((line) => (line.match(fixed) ?? []).join(''))
      .sort();
  for (const text of [SNORTED, ...real]) {
    const { table, dropped } = freeze('suricata', text);
    assert.deepEqual(dropped, []);
    assert.ok(table.slots.length > 0);
    for (const copy of copiesOf(text, table)) {
      assert.equal(canonicalSuricata(parseSuricata(copy)), canonicalSuricata(parseSuricata(text)));
      assert.deepEqual(kept(copy), kept(text));
    }
  }
  const families = freeze('suricata', SNORTED).table.slots.map(({ family }) => family);
  assert.deepEqual(
    new Set(families),
    new Set(['suricata.rule-order', 'suricata.option-order', 'suricata.metadata-order']),
  );
  const texts = freeze('suricata', SNORTED).table.slots.map((slot) => JSON.stringify(slot));
  assert.ok(
    texts.every((slot) => !slot.includes('four')),
    'nothing moves from under a comment',
  );
});

test('the YARA gate drops what changes a rule, and says why', () => {
  for (const text of [RULE, RULE.replace(/\nrule other.*/, '')]) {
    const harmless = slot(text, '4KB', '4096');
    for (const [from, to, reason] of [
      ['filesize < 4KB', 'filesize <= 4KB', /canonical/],
      ['all of', 'any of', /canonical/],
      ['"first text"', '"fist text"', /canonical/],
      ['all of them', 'all of thm', /E0|syntax|expect/],
    ] as const) {
      const { kept, dropped } = yaraGate(text, [slot(text, from, to)]);
      assert.deepEqual(kept, [], from);
      assert.match(dropped[0]?.reason ?? '', reason);
    }
    const both = yaraGate(text, [slot(text, 'all of', 'any of'), harmless]);
    assert.deepEqual(both.kept, [harmless], 'one bad slot does not cost the others');
    assert.equal(both.dropped.length, 1);
  }
});

test('the YARA gate drops what makes the compiler warn', () => {
  const text = 'rule r {\n strings:\n  $a = "abcd"\n condition:\n  $a\n}';
  const { dropped } = yaraGate(text, [slot(text, '"abcd"', '{ 61 62 63 64 }')]);
  assert.equal(dropped.length, 1);
});

test('the Sigma gate drops what changes a rule', () => {
  const text =
    'title: t\ndetection:\n  s:\n    - a\n    - b\n  condition: s\ntags:\n  - x\n  - y\n';
  const gate = sigma.gate ?? assert.fail();
  const swapped = slot(text, '- a\n    - b', '- b\n    - a');
  const wrong = [
    slot(text, '- x\n  - y', '- y\n  - x'),
    slot(text, 'condition: s', 'condition: ['),
  ];
  const { kept, dropped } = gate(text, [swapped, ...wrong]);
  assert.deepEqual(kept, [swapped]);
  assert.equal(dropped.length, 2);
});

test('what cannot be parsed or compiled stays unmarked, with the reason', () => {
  const broken = freeze('yara', `${RULE.replace(/\nrule other.*/, '')}\nrule b { condition: and }`);
  assert.ok(broken.table.slots.length >= 3);
  assert.match(broken.dropped[0]?.what ?? '', /rule b/);
  const unknown = freeze('yara', 'rule r { condition: unheard_of < 4KB }');
  assert.deepEqual(unknown.table.slots, []);
  assert.match(unknown.dropped[0]?.reason ?? '', /E009/);
  for (const [format, text] of [
    ['yara', 'include "x.yar"\nrule r { condition: filesize < 4KB }'],
    ['yara', 'rule r { strings: $a = "open'],
    ['sigma', 'a: [1'],
    ['sigma', 'title: t\n---\ntitle: u'],
  ] as const) {
    const { table, dropped } = freeze(format, text);
    assert.deepEqual(table.slots, [], text);
    assert.equal(dropped.length, 1, text);
  }
});

test('nothing moves from under a comment, and a comment moves with its line', () => {
  const text = `rule r {
  strings:
    // about the first
    $a = "one"
    $b = "two" // about the second
    $c = "three"
  condition: any of them
}`;
  const { table } = freeze('yara', text);
  const order = table.slots.filter(({ family }) => family === 'yara.string-order');
  assert.deepEqual(
    order.map((one) => (one.kind === 'bit' ? one.other : '')),
    ['$c = "three"\n    $b = "two" // about the second'],
  );
});

test('a condition beyond the language of Sigma keeps its order', () => {
  const text = (condition: string) =>
    `title: t\ndetection:\n  a: x\n  b: y\n  condition: ${condition}\n`;
  const families = (condition: string) =>
    freeze('sigma', text(condition)).table.slots.map(({ family }) => family);
  assert.ok(families('a and b').includes('sigma.and-order'));
  for (const condition of ['a and b | count() > 3', '"a and b"', '[a, b]']) {
    assert.ok(!families(condition).includes('sigma.and-order'), condition);
  }
});

test('of places that overlap, those that carry most are taken', () => {
  const number = 'rule r { condition: filesize < 4KB }';
  assert.deepEqual(
    freeze('yara', number).table.slots.map(({ family }) => family),
    ['yara.number'],
  );
  const operands = 'rule r { strings: $a = "x y" condition: $a and entrypoint }';
  assert.ok(
    freeze('yara', operands.replace('entrypoint', 'filesize > 3')).table.slots.some(
      ({ family }) => family === 'yara.and-order',
    ),
  );
});

test('long rules are marked in a few places, spread over their length', () => {
  const values = Array.from({ length: 300 }, (_, i) => `      - 'value ${i}'`).join('\n');
  const long = `title: t\ndetection:\n  s:\n    f:\n${values}\n  condition: s\n`;
  const { table, dropped } = freeze('sigma', long);
  assert.equal(table.slots.length, 128);
  assert.ok(dropped.every(({ reason }) => reason.includes('128')));
  const last = table.slots.at(-1);
  assert.ok(last && last.start > 0.9 * long.length);

  const strings = Array.from({ length: 150 }, (_, i) => `    $s${i} = "value ${i}" wide`);
  const rule = `rule r {\n  strings:\n${strings.join('\n')}\n  condition: any of them\n}`;
  assert.equal(freeze('yara', rule).table.slots.length, 64);
});

test('rule files too long to be tried stay unmarked, with the reason', () => {
  for (const [format, text] of [
    ['yara', `// ${'x'.repeat(300_000)}\nrule r { condition: filesize < 4KB }`],
    ['sigma', `# ${'x'.repeat(70_000)}\ntitle: t\ndetection: { s: [a, b], condition: s }`],
  ] as const) {
    const { table, dropped } = freeze(format, text);
    assert.deepEqual(table.slots, []);
    assert.match(dropped[0]?.reason ?? '', /longer than/);
  }
});

test('YARA: a rule that repeats too much stays unmarked, by name; the others do not', () => {
  const rule = (name: string, first: string) =>
    `rule ${name} {\n  strings:\n    $a = ${first}\n    $b = "second string"\n` +
    `    $c = "${'a'.repeat(4_000)}"\n  condition:\n    any of them\n}\n`;
  for (const [pattern, alone] of [
    ['/x((((((a{64}){64}){64}){64}){64}){64})/', true],
    ['/[a-z]{3}((a{1,200}){1,200}){1,200}x/', true],
    ['/[a-z]{3}(a|aa|aaa){1,200}x/', true],
    ['{ 61 61 61 61 [1-2000] 61 [1-2000] 61 [1-2000] 62 }', true],
    ['{ 61 62 63 64 [4000000000] 65 }', true],
    // Rules that name one another are compiled together: each is scanned for the strings of all.
    ['/[a-z]{3}(a|aa|aaa){1,200}x/', false],
  ] as const) {
    const plain = rule('plain', '"first string"');
    const second = alone ? plain : plain.replace('any of them', 'hostile or any of them');
    const { table, dropped } = freeze('yara', rule('hostile', pattern) + second);
    const reasons = dropped.filter(({ reason }) => reason.includes('repeats too much'));
    assert.ok(
      reasons.some(({ what }) => what.startsWith('rule hostile: ')),
      pattern,
    );
    assert.equal(
      reasons.some(({ what }) => what.startsWith('rule plain: ')),
      !alone,
      pattern,
    );
    assert.equal(table.slots.length > 0, alone, pattern);
  }
});

test('YARA: loops that would go on for ever are not tried; those of real rules are', () => {
  const slots = (condition: string) => {
    const strings = '$a = "one string" ascii wide\n $b = "another" wide nocase';
    const rule = `rule loop {\n strings:\n ${strings}\n condition:\n ${condition}\n}\n`;
    const { table, dropped } = freeze('yara', rule);
    const refused = dropped.filter(({ reason }) => reason.includes('repeats too much'));
    return { marked: table.slots.length > 0, refused: refused.length > 0 };
  };
  for (const condition of [
    'for all i in (1..10000000000) : ( i > 0 and $a and $b )',
    'for all i in (1..uint32(0)) : ( i > 0 and $a and $b )',
    'for all i in (1..999) : ( for all j in (1..999) : ( for all k in (1..999) : ( $a and $b ) ) )',
    'for all i in (1..999999) : ( for any of them : ( $ in (i..filesize) ) )',
  ]) {
    assert.deepEqual(slots(condition), { marked: false, refused: true }, condition);
  }
  for (const condition of [
    'for any i in (1..#a) : ( uint8(@a[i] + 4) == 0x20 and $b )',
    'for any i in (0..filesize - 4) : ( uint32(i) == 1 ) and any of them',
    'for all i in (1, 2, 3) : ( $a in (i..i + 100) and $b )',
  ]) {
    assert.deepEqual(slots(condition), { marked: true, refused: false }, condition);
  }
});

test('copies of rules have the content digest of the authored ones, other rules another', () => {
  const digests = new Set<string | undefined>();
  let files = 0;
  for (const format of ['yara', 'sigma', 'suricata'] as const) {
    for (const { name, text } of filesIn(format)) {
      const { table } = freeze(format, text);
      const digest = digestedContent(format, Buffer.from(text))?.toString();
      assert.ok(digest, name);
      for (const copy of copiesOf(text, table)) {
        assert.equal(digestedContent(format, Buffer.from(copy))?.toString(), digest, name);
      }
      digests.add(digest);
      files += 1;
    }
  }
  assert.equal(digests.size, files);
  assert.equal(digestedContent('suricata', Buffer.from('alert (')), null);
  assert.equal(digestedContent('yara', Buffer.from([0xff])), null);
  assert.equal(digestedContent('sigma', Buffer.from('title: &a t')), null);
  assert.equal(digestedContent('markdown', Buffer.from('# text')), null);
});
