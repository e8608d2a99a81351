import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ALL_PACKS, packFiles, sha256 } from '../../tests/support/packs.ts';
import { ARTIFACT_KINDS } from '../domain/artifact.ts';
import { parseInstant } from '../domain/instant.ts';
import { compilePolicy } from './decide.ts';
import { parsePack } from './pack.ts';
import { scheduleUnder } from './policy.ts';

type Files = Map<string, string>;

/** `mapp` with one piece of one file replaced, which must be there. */
function edited(file: string, from: string | RegExp, to: string): Files {
  const files = packFiles('mapp');
  const text = files.get(file) ?? '';
  assert.ok(typeof from === 'string' ? text.includes(from) : from.test(text), `${from} in ${file}`);
  return files.set(file, text.replace(from, to));
}

/** `mapp` with one more file of Cedar; its policies begin on line 1. */
function withCedar(text: string): Files {
  return packFiles('mapp').set('more.cedar', text);
}

function forbid(condition: string, annotations = '@id("new") @reason("STANDING")'): string {
  return `${annotations}\nforbid (principal is Participant, action, resource is Artifact)
when { ${condition} };`;
}

function refuses(files: Files, message: RegExp): void {
  assert.throws(() => compilePolicy(parsePack(files), sha256), { code: 'POLICY_INVALID', message });
}

for (const name of ALL_PACKS) {
  test(`${name} parses, compiles and says what it is`, () => {
    const policy = compilePolicy(parsePack(packFiles(name)), sha256);
    assert.equal(policy.name, name);
    assert.ok(policy.tiers.length > 0);
    // A lead and a word for each tier: what schedules and pages are made with.
    for (const tier of policy.tiers) {
      assert.equal(policy.leads[tier]?.unit, 'calendar');
      assert.match(policy.words.tiers[tier] ?? '', /^\w/);
    }
    assert.match(policy.sha256, /^[0-9a-f]{64}$/);
  });
}

test('mapp has its three tiers, earliest first, and seals what is dangerous alone', () => {
  const policy = compilePolicy(parsePack(packFiles('mapp')), sha256);
  assert.deepEqual(policy.tiers, ['validate', 'ans', 'entry']);
  const sealed = ARTIFACT_KINDS.filter((kind) => policy.leastAssurance(kind) === 'sealed');
  assert.deepEqual(sealed, ['repro_steps', 'poc', 'patch']);
});

test('every pack with members asks standing, agreement and consent in the same words', () => {
  const MEMBERSHIP = ['standing', 'agreement', 'consent'];
  const asked = (name: string) =>
    parsePack(packFiles(name))
      .rules.filter(({ id }) => MEMBERSHIP.includes(id))
      .map(({ text }) => text);
  const expected = asked('mapp');
  assert.equal(expected.length, 3);
  for (const name of ALL_PACKS) {
    // Oracle tells nobody anything before everybody: its pack has no rule about members at all.
    assert.deepEqual(asked(name), name === 'oracle' ? [] : expected, name);
  }
});

test('the digest is over names and contents of all files, in no order', () => {
  const digest = (files: Files) => sha256(parsePack(files).source);
  const files = packFiles('mapp');
  assert.equal(digest(new Map([...files].reverse())), digest(files));
  assert.notEqual(digest(edited('words.yaml', 'Entry', 'Entry level')), digest(files));
  const renamed = packFiles('mapp').set('other.cedar', files.get('rules.cedar') ?? '');
  renamed.delete('rules.cedar');
  assert.notEqual(digest(renamed), digest(files));
});

test('the page in the folder is passed over, whatever it says', () => {
  const without = packFiles('mapp');
  without.delete('README.md');
  const other = packFiles('mapp').set('README.md', '# Everybody gets everything');
  assert.equal(parsePack(other).source, parsePack(without).source);
});

test('leads in business days are those of the calendar in the section timing', () => {
  const files = edited('programme.yaml', 'entry: 24h', 'entry: 1bd 15:00 Europe/Berlin');
  const missing = /programme\.yaml:\d+: tiers: business days without the calendar programme \(add /;
  refuses(files, missing);
  const table = files.get('programme.yaml') ?? '';
  const section = (calendar: string) =>
    new Map(files).set(
      'programme.yaml',
      `${table}timing:\n  zone: UTC\n  no_embargo_when: [public]\n${calendar}`,
    );
  refuses(section(''), /leads in business days without timing\.calendars\.programme/);
  const calendar =
    '{zone: UTC, weekend: [Sat, Sun], covers: 2026-01-01 to 2026-12-31, ' +
    'holidays: {2026-04-06: Easter Monday}}';
  const pack = parsePack(section(`  calendars: {programme: ${calendar}}`));
  const tuesday = parseInstant('2026-04-07T16:00:00Z');
  const schedule = scheduleUnder(compilePolicy(pack, sha256), tuesday);
  assert.equal(schedule.opensAt['entry'], parseInstant('2026-04-03T13:00:00Z'));
});

describe('a decision table is refused', () => {
  const table = (from: string | RegExp, to: string) => edited('programme.yaml', from, to);

  test('without a row for a kind, which is named', () => {
    refuses(table(/ {2}test_file:.*\n/, ''), /programme\.yaml:\d+: missing table\.test_file/);
  });

  test('without a cell for a tier, or with one for a tier there is not', () => {
    refuses(
      table('poc:                {validate: lead, ', 'poc: {'),
      /missing table\.poc\.validate/,
    );
    refuses(table('entry: 24h', 'entry: 24h\n  late: 1h'), /missing table\.advisory\.late/);
    refuses(table('poc:                {', 'poc: {gold: lead, '), /unknown key table\.poc\.gold/);
  });

  test('with a kind there is not', () => {
    refuses(
      table(/ {2}patch: /, '  hotfix: '),
      /:\d+: unknown key table\.hotfix \(known: advisory/,
    );
    refuses(table('[poc, repro', '[exploit, repro'), /expected one of .*, found "exploit"/);
  });

  test('with a word no cell has', () => {
    refuses(table('reduced: never', 'reduced: lead'), /reduced: expected one of T0, never/);
    refuses(table(/poc: +\{validate: lead/, 'poc: {validate: early'), /lead, T0, never/);
  });

  test('with a lead that is none', () => {
    for (const lead of ['14', '-1d', '2w', '14 days', '""', '99999d']) {
      refuses(table('validate: 14d', `validate: ${lead}`), /programme\.yaml:12: tiers\.validate/);
    }
  });

  test('with names that could not stand in Cedar', () => {
    refuses(table('validate: 14d', 'Validate: 14d'), /a tier's name/);
    refuses(table('validate: 14d', 'everyone: 14d'), /a tier's name/);
    refuses(table('pack: mapp', 'pack: MAPP!'), /:7: pack: expected lower-case/);
    refuses(table('version: 1', 'version: 0'), /version: expected an integer from 1/);
    refuses(table(/tiers:\n(.*\n){3}/, 'tiers: {}\n'), /expected 1 to 31 tiers/);
  });

  test('when it is not plain YAML', () => {
    refuses(table('pack: mapp', 'pack: mapp\npack: mapp'), /:8: Map keys must be unique/);
    refuses(table('pack: mapp', 'pack: *name'), /programme\.yaml:7/);
    refuses(table('tiers:', 'tiers: &all'), /aliases and anchors/);
    refuses(table('pack: mapp', 'pack: [mapp]'), /pack: expected a text, found a list/);
    refuses(table('tiers:', '1: x\ntiers:'), /expected text keys/);
    refuses(table(/sealed_before_disclosure:.*/, 'sealed_before_disclosure: poc'), /a list/);
    refuses(
      packFiles('mapp').set('programme.yaml', ''),
      /the file: expected a mapping, found nothing/,
    );
  });
});

describe('the words are refused', () => {
  test('when one is missing or too many', () => {
    refuses(edited('words.yaml', /.*NOT_SEALED.*\n/, ''), /missing reasons\.NOT_SEALED/);
    refuses(edited('words.yaml', '  ans: ANS', '  gold: Gold\n  ans: ANS'), /tiers\.gold/);
    refuses(
      edited('words.yaml', 'poc: proof of concept', 'poc: ""'),
      /kinds\.poc: expected a text/,
    );
  });
});

describe('a folder is refused', () => {
  test('with a file missing, unknown or far too large', () => {
    const without = packFiles('mapp');
    without.delete('words.yaml');
    refuses(without, /words\.yaml: the pack has no such file/);
    refuses(packFiles('mapp').set('notes.txt', ''), /notes\.txt: unknown file/);
    refuses(packFiles('mapp').set('../x.cedar', ''), /unknown file/);
    refuses(withCedar(' '.repeat(300_000)), /expected at most 262144 characters, found 300000/);
  });
});

describe('an invariant', () => {
  const claim = (annotations: string, head = 'principal, action, resource', effect = 'forbid') =>
    packFiles('mapp').set(
      'invariants.cedar',
      `\n${annotations}\n${effect} (${head}) when { resource.kind == Kind::"poc" };`,
    );

  test('is read as a claim and is no rule', () => {
    const files = claim('@id("x") @says("no poc")', 'principal, action, resource', 'permit');
    const { rules, invariants } = parsePack(files);
    assert.deepEqual(
      invariants.map(({ rule, says, actions }) => [rule.id, rule.effect, says, actions]),
      [['x', 'permit', 'no poc', ['release', 'releaseReduced']]],
    );
    assert.ok(rules.every(({ id }) => id !== 'x'));
  });

  test('is refused without @id or @says, or with what does not belong to it', () => {
    refuses(claim('@says("no poc")'), /invariants\.cedar:2: invariant without @id/);
    refuses(claim('@id("x")'), /invariants\.cedar:2: x: invariant without @says/);
    refuses(claim('@id("x") @says(" ")'), /x: invariant without @says/);
    refuses(claim('@id("x") @says("y") @reason("STANDING")'), /unknown annotation @reason/);
    refuses(
      claim('@id("x") @says("y") @outcome("hold")'),
      /x: @outcome: expected one of any, allow/,
    );
    const reduced = 'principal, action == Action::"releaseReduced", resource';
    refuses(claim('@id("x") @says("y") @outcome("allow")', reduced), /does not go with its action/);
    refuses(claim('@id("standing") @says("y")'), /@id "standing" is used twice/);
  });

  test('is held to the same schema and the same constructs as a rule', () => {
    const files = claim('@id("x") @says("no poc")');
    const edit = (from: string, to: string) =>
      new Map(files).set(
        'invariants.cedar',
        (files.get('invariants.cedar') ?? '').replace(from, to),
      );
    refuses(edit('resource.kind', 'resource.knd'), /invariants\.cedar:3: .*`knd`/);
    refuses(edit('"poc" }', '"poc" && context has now }'), /has is not among the constructs/);
  });
});

describe('a policy is refused', () => {
  test('without @id or @reason, or with an annotation nobody knows', () => {
    refuses(withCedar(forbid('true', '@reason("STANDING")')), /more\.cedar:1: policy without @id/);
    refuses(
      withCedar(`\n\n${forbid('true', '@id("x")')}`),
      /more\.cedar:3: x: policy without @reason/,
    );
    refuses(
      withCedar(forbid('true', '@id("x") @reason("STANDING") @outcom("hold")')),
      /unknown annotation @outcom \(known: @id, @reason, @outcome, @redundant\)/,
    );
    refuses(
      withCedar(forbid('true', '@id("a b") @reason("STANDING")')),
      /@id: expected a code word/,
    );
  });

  test('with a reason code there is not, or reasons that fit no branches', () => {
    refuses(
      withCedar(forbid('true', '@id("x") @reason("Standing")')),
      /more\.cedar:1: x: unknown reason code "Standing" \(known: LEAD_OPEN,/,
    );
    refuses(
      edited('rules.cedar', 'DUTY_FACTS_EXPIRED, LEGAL_DUTY', 'LEGAL_DUTY'),
      /report-duty: 3 reasons for 4 branches/,
    );
    refuses(
      withCedar(
        `@id("x") @reason("LEAD_OPEN, DISCLOSED")
         permit (principal, action, resource) when { true || true };`,
      ),
      /x: 2 reasons for 2 branches \(several reasons .* of a forbid\)/,
    );
  });

  test('with @outcome on a permit or another than hold', () => {
    const outcome = '@id("x") @reason("STANDING") @outcome("hold")';
    refuses(withCedar(`${outcome} permit (principal, action, resource);`), /"hold" on a forbid/);
    refuses(withCedar(forbid('true', outcome.replace('hold', 'ask'))), /found "ask"/);
  });

  test('with an id used twice, in one file or two, naming both places', () => {
    refuses(
      withCedar(forbid('true', '@id("consent") @reason("NO_CONSENT")')),
      /@id "consent" is used twice, first at more\.cedar:1/,
    );
    refuses(
      withCedar(forbid('true', '@id("table.sealed") @reason("NOT_SEALED")')),
      /@id "table\.sealed" is used twice/,
    );
  });

  test('that names what is not in the schema, with the line and a remedy', () => {
    refuses(
      withCedar(forbid('principal.teir == Tier::"ans"')),
      /more\.cedar:3: .*`teir`.*did you mean `tier`/,
    );
    refuses(
      withCedar(forbid('principal.tier == Tier::"gold"')),
      /more\.cedar:3: .*"gold".*validate/,
    );
    refuses(withCedar(forbid('context.opensAt.gold <= context.now')), /more\.cedar:3: .*gold/);
    refuses(withCedar(forbid('principal.tier == 5')), /more\.cedar:3/);
    refuses(
      withCedar(`${'// a comment: é\n'.repeat(2)}${forbid('principal.x')}`),
      /more\.cedar:5: .*`x`/,
    );
  });

  test('that does not parse, or can never apply', () => {
    refuses(withCedar(forbid('true').replace('when', 'wenn')), /more\.cedar:3: .*wenn/);
    refuses(withCedar('permit (principal == ?principal, action, resource);'), /policy template/);
    refuses(withCedar(forbid('principal is Public')), /more\.cedar/);
  });
});
