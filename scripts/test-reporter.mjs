/*
 * A node:test reporter: one line per file with the time its tests took, every failure in full,
 * skipped tests with their reason, and no closing summary, since the runner sums several groups.
 * The counts go to the file that TOCSIN_TEST_COUNTS names.
 */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { inspect } from 'node:util';

// biome-ignore lint/style/noDefaultExport: node:test loads a reporter by its default export
export default async function* report(events) {
  const files = new Map();
  const counts = { tests: 0, pass: 0, fail: 0, skipped: 0 };
  let last = null;
  for await (const { type, data } of events) {
    if (type === 'test:stdout' || type === 'test:stderr') yield data.message;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const file = data.file ? relative(process.cwd(), data.file) : '(no file)';
    if (last !== null && last !== file) yield lineOf(last, files.get(last));
    last = file;
    const line = files.get(file) ?? { pass: 0, fail: 0, skipped: 0, ms: 0 };
    files.set(file, line);
    if (data.nesting === 0 && !isFileItself(data)) line.ms += data.details?.duration_ms ?? 0;
    const outcome = outcomeOf(type, data);
    // A suite that fails only because a test in it does is not a failure of its own.
    if (outcome === 'fail') yield* failure(file, data);
    if (data.details?.type === 'suite' || isFileItself(data)) {
      if (outcome !== 'fail' || isOfSubtests(data)) continue;
    }
    line[outcome] += 1;
    counts[outcome] += 1;
    counts.tests += 1;
    if (outcome === 'skipped') yield `  ﹣ ${data.name} # ${reasonOf(data)}\n`;
  }
  if (last !== null) yield lineOf(last, files.get(last));
  writeFileSync(process.env.TOCSIN_TEST_COUNTS, JSON.stringify(counts));
}

function outcomeOf(type, data) {
  if (data.skip !== undefined || data.todo !== undefined) return 'skipped';
  return type === 'test:pass' ? 'pass' : 'fail';
}

function reasonOf(data) {
  return typeof data.skip === 'string' && data.skip !== '' ? data.skip : 'no reason given';
}

/** With a process per file, the file appears as a test around its tests. */
function isFileItself(data) {
  return data.nesting === 0 && data.file !== undefined && data.file.endsWith(data.name);
}

function isOfSubtests(data) {
  return data.details?.error?.failureType === 'subtestsFailed';
}

function* failure(file, data) {
  if (isOfSubtests(data)) return;
  const error = data.details?.error;
  const cause = error?.cause ?? error;
  const text = typeof cause === 'string' ? cause : inspect(cause, { depth: 6 });
  const place = data.line === undefined ? file : `${file}:${data.line}`;
  yield `✖ ${data.name} (${place})\n${text.replace(/^/gm, '    ')}\n`;
}

function lineOf(file, { pass, fail, skipped, ms }) {
  const extra = (fail ? `, ${fail} failed` : '') + (skipped ? `, ${skipped} skipped` : '');
  return `${fail ? '✖' : '✔'} ${file} (${pass} passed${extra}, ${(ms / 1000).toFixed(1)} s)\n`;
}
