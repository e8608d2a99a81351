import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { VARIABLES } from '../../src/config/env.ts';
import { FAILPOINTS } from '../../src/domain/failpoint.ts';
import { ALLOWED } from '../architecture/imports.ts';

const ROOT = join(import.meta.dirname, '../..');

type Page = { readonly path: string; readonly text: string };

/** Every page of ours: those at the top, and all below docs/. */
function readPages(): Page[] {
  const below = (folder: string, recursive: boolean) =>
    readdirSync(join(ROOT, folder), { recursive, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name));
  return [...below('.', false), ...below('docs', true)].sort().map((path) => ({
    path,
    text: readFileSync(join(ROOT, path), 'utf8'),
  }));
}

const pages = readPages();

function page(path: string): string {
  const found = pages.find((one) => one.path === path);
  assert.ok(found, `${path} is there`);
  return found.text;
}

/** What a page says besides its samples of code. */
function prose(text: string): string {
  return text.replace(/^(```+)[^\n]*\n[\s\S]*?^\1\s*$/gm, '');
}

/** The anchors that a hosting platform makes of headings. */
function anchorsOf(text: string): Set<string> {
  const headings = [...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  const anchor = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
  return new Set(headings.map(anchor));
}

test('every link within the pages leads somewhere, to the heading too', () => {
  const broken: string[] = [];
  for (const { path, text } of pages) {
    for (const [, target = ''] of prose(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(?:https?|mailto):/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const place = file === '' ? path : join(dirname(path), file);
      if (!existsSync(join(ROOT, place))) broken.push(`${path}: ${target}`);
      else if (anchor !== undefined && !anchorsOf(page(place)).has(anchor)) {
        broken.push(`${path}: ${target} (no such heading)`);
      }
    }
  }
  assert.deepEqual(broken, []);
});

test('every path of the checkout that a page names is there', () => {
  const missing: string[] = [];
  const named = /`((?:src|tests|docs|scripts|bench|policies|testdata|examples)\/[\w./-]+)`/g;
  for (const { path, text } of pages) {
    for (const [, name = ''] of text.matchAll(named)) {
      // A row for what is still to come is said to be so in its own sentence.
      if (name === 'src/delivery/') continue;
      if (!existsSync(join(ROOT, name))) missing.push(`${path}: ${name}`);
    }
  }
  assert.deepEqual(missing, []);
});

test('every page that a source names is there', () => {
  const missing = ['src', 'tests', 'scripts', 'bench', 'policies', 'examples'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:ts|mjs|sql|yaml|cedar)$/.test(name))
      .map((name) => join(folder, name))
      .flatMap((path) =>
        (readFileSync(join(ROOT, path), 'utf8').match(/\bdocs\/[\w/-]+\.md\b/g) ?? [])
          .filter((name) => !existsSync(join(ROOT, name)))
          .map((name) => `${path}: ${name}`),
      ),
  );
  assert.deepEqual(missing, []);
});

test('every function that ARCHITECTURE.md names beside a file is in one of the files there', () => {
  const steps = page('ARCHITECTURE.md').split('\n## ')[1] ?? '';
  const stale: string[] = [];
  for (const step of steps.split(/\n(?=\d+\. )/).slice(1)) {
    const files = [...step.matchAll(/`(src\/[\w./-]+\.ts)`/g)].map(([, file = '']) =>
      readFileSync(join(ROOT, file), 'utf8'),
    );
    for (const [, name = ''] of step.matchAll(/`([a-z]\w+)`/g)) {
      if (!files.some((text) => text.includes(name))) stale.push(`${step.slice(0, 40)}…: ${name}`);
    }
  }
  assert.deepEqual(stale, []);
});

test('ARCHITECTURE.md has the import table as it is enforced, and every failpoint', () => {
  const text = page('ARCHITECTURE.md');
  const all = Object.keys(ALLOWED).filter((room) => room !== 'cli' && room !== 'main');
  for (const [room, allowed] of Object.entries(ALLOWED)) {
    if (room === 'delivery') continue;
    const row = text.split('\n').find((line) => line.startsWith(`| \`${room}\` |`));
    const cells = row?.split(' | ') ?? [];
    const last = cells.at(-1)?.replace(/ \|$/, '') ?? '';
    const expected =
      allowed.length === 0 ? 'nothing' : allowed.length >= all.length ? 'all but cli' : null;
    assert.equal(last, expected ?? allowed.join(', '), room);
  }
  const unnamed = FAILPOINTS.filter((point) => !text.includes(`\`${point}\``));
  assert.deepEqual(unnamed, []);
});

test('docs/configuration.md has every variable that is read, and no other', () => {
  const rows = [...page('docs/configuration.md').matchAll(/^\| `([A-Z_]+)` \|/gm)];
  const named = rows.map(([, name = '']) => name);
  assert.deepEqual(named.toSorted(), VARIABLES.toSorted());
});

test('every decision has a number of its own, its three parts, and at most 40 lines', () => {
  const decisions = pages.filter(({ path }) => path.startsWith('docs/decisions/'));
  for (const [index, { path, text }] of decisions.entries()) {
    const number = String(index + 1).padStart(4, '0');
    assert.match(path, new RegExp(`/${number}-[a-z0-9-]+\\.md$`));
    const parts = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    assert.deepEqual(parts, ['Context', 'Decision', 'Consequences'], path);
    assert.ok(text.trimEnd().split('\n').length <= 40, `${path} has at most 40 lines`);
  }
});

/**
 * Words that we do not use of people, or at all; a page that documents a contract may quote its
 * keys.
 */
const UNWANTED =
  /\b(?:white-?list\w*|responsible disclosure|leakers?|guilty|accus(?:ed|es?|ing))\b/gi;

test('no page uses a word that we do not use of people', () => {
  const found = pages.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      // `accused` in code style is the demonstration's JSON key.
      const words = line.replaceAll('`accused`', '').match(UNWANTED) ?? [];
      return words.map((word) => `${path}:${index + 1}: ${word}`);
    }),
  );
  assert.deepEqual(found, []);
});

test('no page names a path of the machine it was written on', () => {
  const found = pages.flatMap(({ path, text }) =>
    (text.match(/(?<![\w.])\/(?:work|root)\/\w+/g) ?? []).map((place) => `${path}: ${place}`),
  );
  assert.deepEqual(found, []);
});
