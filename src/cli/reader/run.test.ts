import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  CONTENT,
  json,
  newSecrets,
  PaperIssuer,
  problem,
  START,
  TICK_MS,
} from '../../../tests/support/paper-issuer.ts';
import { gpg } from './gpg.ts';
import type { Exit } from './help.ts';
import { run } from './run.ts';
import { READER_VERSION } from './version.ts';

const AFTER = START + 3 * TICK_MS;

/** A reader's desk in a temporary folder, at an issuer on paper. */
async function openDesk(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-reader-'));
  t.after(() => rm(folder, { recursive: true }));
  const issuer = new PaperIssuer();
  const desk = {
    issuer,
    folder,
    out: '',
    err: '',
    now: AFTER,
    stdin: '',
    async run(...args: string[]): Promise<Exit> {
      desk.out = '';
      desk.err = '';
      return run(args, {
        home: join(folder, 'home'),
        fetch: issuer.fetch,
        openpgp: gpg(),
        now: () => desk.now,
        stdin: async () => desk.stdin,
        out: (bytes) => {
          desk.out += Buffer.from(bytes).toString();
        },
        err: (line) => {
          desk.err += `${line}\n`;
        },
      });
    },
    at: (name: string) => join(folder, name),
  };
  return desk;
}

async function joinedDesk(t: TestContext) {
  const desk = await openDesk(t);
  assert.equal(await desk.run('join', desk.issuer.invite()), 0, desk.err);
  const [enrolled] = desk.issuer.readers.values();
  assert.ok(enrolled);
  return { ...desk, desk, enrolled };
}

test('from the invitation to the receipt', async (t) => {
  const { desk, issuer } = await joinedDesk(t);
  assert.match(desk.out, /^joined https:\/\/issuer\.example\/tocsin\n {2}you are reader /);

  assert.equal(await desk.run('inbox'), 0);
  assert.match(desk.out, /Deserialization in the layouts page\n {2}TLP:AMBER\+STRICT, public 2025/);
  assert.match(desk.out, new RegExp(`${issuer.artifact} {2}detection_guidance +guidance\\.md`));
  const told = [
    'you may: read, build_protection until 2025-07-08T17:00:00Z',
    'from 2025-07-08T17:00:00Z: ship_detection (own_users)',
    'on these terms: Membership is no advertisement.',
    'you may say: nothing, not even that there is an alert',
    'you owe: keep it to yourselves, until 2025-07-08T17:00:00Z',
    'you owe: acknowledge a copy, by 2025-06-26T09:00:00Z: OVERDUE',
    'you owe: report a leak of your own, from when you notice it, within 24 h',
  ];
  assert.ok(desk.out.includes(`\n  ${told.join('\n  ')}\n  ${issuer.artifact}`), desk.out);

  assert.equal(await desk.run('fetch', issuer.alert, '--out', desk.at('in')), 0, desk.err);
  const terms = new RegExp(
    '\\n {2}on these terms: Membership is no advertisement\\.' +
      '\\n {2}you owe: keep it to yourselves, until 2025-07-08T17:00:00Z' +
      '\\n {2}you owe: report a leak of your own, from when you notice it, within 24 h\\n',
  );
  assert.match(desk.out, /you may: read, build_protection/);
  assert.match(desk.out, terms);
  assert.deepEqual((await readdir(desk.at('in'))).sort(), [
    'guidance.md.age',
    'guidance.md.age.json',
  ]);
  const copy = desk.at('in/guidance.md.age');

  assert.equal(await desk.run('open', copy, '--out', desk.at('out.md')), 0, desk.err);
  assert.match(desk.out, terms);
  assert.deepEqual(await readFile(desk.at('out.md')), CONTENT);
  assert.equal((await stat(desk.at('out.md'))).mode & 0o777, 0o600);

  desk.now = START;
  assert.equal(await desk.run('verify', copy), 3);
  assert.match(desk.out, /promised until 2025-06-24T09:02:00Z: verify again/);
  desk.now = AFTER;
  issuer.tick(START + TICK_MS);
  assert.equal(await desk.run('verify', copy), 0, desk.out);
  assert.match(
    desk.out,
    /✓ seal .*\n.*✓ form [\s\S]*✓ log .*\n(?: {2}(?:on|you) .*\n)+ {2}verified\n$/,
  );
  assert.match(desk.out, terms);

  assert.equal(await desk.run('ack', copy), 0);
  assert.equal(issuer.receipts.length, 1);
  assert.equal(await desk.run('log'), 0);
  assert.equal(desk.out, '1 ticks, extends the 1 seen\n');
});

/** The issuer's answers, but for an inbox with these alerts. */
function inboxOf(items: readonly object[]): PaperIssuer['instead'] {
  return (path) => (path === '/v1/inbox' ? Promise.resolve(json({ items, next: null })) : null);
}

test('permissions that differ between artifacts are not said of all of them', async (t) => {
  const { desk, issuer } = await joinedDesk(t);
  const answer = await (await issuer.fetch(inboxUrl(issuer), lastInit(issuer))).json();
  const alert = answer as { use: object; artifacts: { name: string; use: object[] | null }[] };
  const [first] = alert.artifacts;
  assert.ok(first);
  const patch = { ...first, name: 'patch.diff', use: null };
  const said = { ...alert.use, safeToSay: 'We have been told.' };
  const items = [{ ...alert, use: said, artifacts: [first, patch] }];
  issuer.instead = inboxOf(items);
  assert.equal(await desk.run('inbox'), 0, desk.err);
  assert.match(
    desk.out,
    /say: We have been told\.\n(?: {2}you owe: .*\n)+.*guidance\.md\n {4}you may: read, build_/,
  );
  assert.match(desk.out, /patch\.diff\n {4}you may: read, build_protection\n$/);
  assert.equal(await desk.run('inbox', '--json'), 0);
  assert.deepEqual(JSON.parse(desk.out), { alerts: items, keyEnds: null });
});

test('a notice is shown and acknowledged; one that is not there is refused', async (t) => {
  const { desk, issuer } = await joinedDesk(t);
  assert.equal(await desk.run('notices'), 0, desk.err);
  assert.equal(
    desk.out,
    `${issuer.notice}  2025-07-01T09:00:00Z  something changed: see inbox, and acknowledge ` +
      'that you have seen it\n',
  );
  assert.equal(await desk.run('ack', '--notice', issuer.alert), 1);
  assert.match(desk.err, /\(NOT_FOUND\)/);
  assert.deepEqual(issuer.seen, []);
  assert.equal(await desk.run('ack', '--notice', issuer.notice, '--json'), 0, desk.err);
  assert.deepEqual(JSON.parse(desk.out), { notice: issuer.notice });
  assert.deepEqual(issuer.seen, [issuer.notice]);
  issuer.instead = () => Promise.resolve(json({}));
  assert.equal(await desk.run('ack', '--notice', issuer.notice), 1, 'not taken is not done');
});

test('a word is reported for the obligation that it is about, each time anew', async (t) => {
  const { desk, issuer } = await joinedDesk(t);
  const sent: { path: string; key: string | null; body: unknown }[] = [];
  issuer.instead = async (path, { headers, body }) => {
    sent.push({ path, key: new Headers(headers).get('idempotency-key'), body });
    return json({ reported: true });
  };
  for (const word of ['affected', 'affected', 'deleted']) {
    assert.equal(await desk.run('report', issuer.alert, word), 0, desk.err);
  }
  assert.equal(desk.out, `${issuer.alert}  reported: deleted\n`);
  const path = (code: string) => `/v1/inbox/${issuer.alert}/obligations/${code}/report`;
  assert.deepEqual(
    sent.map((each) => [each.path, each.body]),
    [
      [path('status_report'), '{"says":"affected"}'],
      [path('status_report'), '{"says":"affected"}'],
      [path('return_copies'), '{"says":"deleted"}'],
    ],
  );
  assert.equal(new Set(sent.map(({ key }) => key)).size, 3);
});

test('the sidecar says what was promised, and of which bytes', async (t) => {
  const { desk, issuer } = await joinedDesk(t);
  await desk.run('fetch', issuer.alert, 'guidance.md', '--out', desk.folder);
  const sidecar = JSON.parse(await readFile(desk.at('guidance.md.age.json'), 'utf8')) as {
    manifest: { promise: { by: number } };
    logVerifierKey: string;
    sealedSha256: string;
  };
  assert.equal(sidecar.manifest.promise.by, START + 2 * TICK_MS);
  assert.equal(sidecar.logVerifierKey, issuer.keys.logVerifierKey);
  assert.match(sidecar.sealedSha256, /^[0-9a-f]{64}$/);
});

test('the invitation may come from a file or standard input', async (t) => {
  const fromFile = await openDesk(t);
  await writeFile(fromFile.at('invitation.txt'), `${fromFile.issuer.invite()}\n`);
  assert.equal(await fromFile.run('join', fromFile.at('invitation.txt')), 0, fromFile.err);
  const fromStdin = await openDesk(t);
  fromStdin.stdin = `${fromStdin.issuer.invite()}\n`;
  assert.equal(await fromStdin.run('join'), 0, fromStdin.err);
});

test('neither token nor secret keys are ever printed', async (t) => {
  const { desk, issuer, enrolled } = await joinedDesk(t);
  const other = await openDesk(t);
  const printed = [desk.out];
  for (const args of [['inbox'], ['join', other.issuer.invite()], ['log'], ['fetch', 'x']]) {
    await desk.run(...args, '--json');
    printed.push(desk.out, desk.err);
  }
  await other.run('join', issuer.invite(), '--json');
  const all = [...printed, other.out, other.err].join('\n');
  assert.ok(!all.includes(enrolled.token));
  assert.ok(!/AGE-SECRET-KEY|"token"|invite_/.test(all));
});

test('a broken promise ends with 4 and says where the evidence is and what to do', async (t) => {
  const { desk, issuer, enrolled } = await joinedDesk(t);
  await writeFile(desk.at('copy.age'), issuer.deliver(enrolled));
  issuer.tick(START + TICK_MS, { without: true });
  assert.equal(await desk.run('verify', desk.at('copy.age')), 4);
  assert.match(desk.out, /✗ proof[\s\S]*PROMISE BROKEN[\s\S]*Check the clock of this machine/);
  const [, place] = /kept in (.*)\n/.exec(desk.out) ?? [];
  assert.ok((await readdir(place ?? '')).includes('promise.json'));

  assert.equal(await desk.run('verify', desk.at('copy.age'), '--json'), 4);
  const result = JSON.parse(desk.out) as { state: string; error: { code: string } };
  assert.deepEqual([result.state, result.error.code], ['broken', 'PROMISE_BROKEN']);
});

test('a ledger that contradicts what was signed is refused, with evidence to show', async (t) => {
  const { desk, issuer, enrolled } = await joinedDesk(t);
  const event = { content: 'ef'.repeat(32) };
  await writeFile(desk.at('copy.age'), issuer.deliver(enrolled, START, { event }));
  issuer.tick(START + TICK_MS);
  assert.equal(await desk.run('verify', desk.at('copy.age')), 1);
  assert.match(desk.out, /✗ event {5}event content: expected [0-9a-f]{64}, as the signed manifest/);
  assert.match(desk.out, /does not fit what was signed\n {2}Kept in .*\/evidence\//);
});

test('of several files each is done, and the gravest end counts', async (t) => {
  const { desk, issuer, enrolled } = await joinedDesk(t);
  const store = async (name: string, bytes: Uint8Array): Promise<string> => {
    await writeFile(desk.at(name), bytes);
    return desk.at(name);
  };
  const good = await store('good.age', issuer.deliver(enrolled));
  issuer.tick(START + TICK_MS);
  const pending = await store('pending.age', issuer.deliver(enrolled, AFTER));
  const forged = issuer.deliver(enrolled, START, { signManifest: newSecrets().manifest });
  const refused = await store('refused.age', forged);
  const broken = await store('broken.age', issuer.deliver(enrolled));
  const missing = desk.at('missing.age');
  for (const [files, exit] of [
    [[good], 0],
    [[pending, good], 3],
    [[refused, pending, good], 1],
    [[missing, good], 1],
    [[broken, missing, refused, pending, good], 4],
  ] as const) {
    assert.equal(await desk.run('verify', ...files), exit);
    assert.match(desk.out, /good\.age\n[\s\S]* {2}verified\n$/, 'the last is done too');
  }
  assert.match(desk.err, /missing\.age: ENOENT/);
});

test('a bad copy is not stored by fetch, nor written by open, nor acknowledged', async (t) => {
  const { desk, issuer, enrolled } = await joinedDesk(t);
  const forged = issuer.deliver(enrolled, START, { delivered: Buffer.from('other') });
  issuer.instead = (path) =>
    path.endsWith('/copy') ? Promise.resolve(new Response(new Uint8Array(forged))) : null;
  assert.equal(await desk.run('fetch', issuer.alert, '--out', desk.at('in')), 1);
  assert.match(desk.err, /SEAL_TAMPERED/);
  await assert.rejects(stat(desk.at('in')));
  await writeFile(desk.at('forged.age'), forged);
  assert.equal(await desk.run('open', desk.at('forged.age'), '--out', desk.at('x')), 1);
  await assert.rejects(stat(desk.at('x')));
  assert.equal(await desk.run('ack', desk.at('forged.age')), 1);
  assert.deepEqual(issuer.receipts, []);
});

test('nothing that is there is written over', async (t) => {
  const { desk, issuer } = await joinedDesk(t);
  for (let time = 0; time < 2; time++) {
    assert.equal(await desk.run('fetch', issuer.alert, '--out', desk.at('in')), 0, desk.err);
  }
  assert.equal((await readdir(desk.at('in'))).length, 4, 'two copies, two sidecars');
  await writeFile(desk.at('mine.md'), 'mine');
  const copy = desk.at('in/guidance.md.age');
  assert.equal(await desk.run('open', copy, '--out', desk.at('mine.md')), 1);
  assert.match(desk.err, /CONFLICT/);
  assert.equal(await readFile(desk.at('mine.md'), 'utf8'), 'mine');
  assert.ok(!(await readdir(desk.folder)).some((name) => name.includes('.new-')));
});

test('the issuer cannot name a file so that it hides or looks like an option', async (t) => {
  const { desk, issuer, enrolled } = await joinedDesk(t);
  for (const [name, stored] of [
    ['.bashrc', '_bashrc.age'],
    ['-rf', '_rf.age'],
  ] as const) {
    const file = issuer.deliver(enrolled, START, { manifest: { name } });
    issuer.instead = (path) =>
      path.endsWith('/copy') ? Promise.resolve(new Response(new Uint8Array(file))) : null;
    assert.equal(await desk.run('fetch', issuer.alert, '--out', desk.at('in')), 0, desk.err);
    assert.ok((await readdir(desk.at('in'))).includes(stored));
  }
});

test('content goes to standard output as it is', async (t) => {
  const { desk, issuer, enrolled } = await joinedDesk(t);
  await writeFile(desk.at('copy.age'), issuer.deliver(enrolled));
  assert.equal(await desk.run('open', desk.at('copy.age'), '--out', '-'), 0);
  assert.equal(desk.out, CONTENT.toString());
});

test("what a server sends does not reach the terminal's control", async (t) => {
  const { desk, issuer } = await joinedDesk(t);
  const alert = (await (await issuer.fetch(inboxUrl(issuer), lastInit(issuer))).json()) as object;
  issuer.instead = inboxOf([]);
  assert.equal(await desk.run('inbox'), 0);
  assert.equal(desk.out, 'nothing is open to you now\n');
  const text = '\u001b]0;x\u0007\u202etitle';
  const use = { terms: [{ code: 'no_marketing', text }], safeToSay: text };
  const owed = { dueAt: null, withinMs: 1, doneAt: null, state: 'of_later' };
  const obligations = [{ ...owed, code: 'of_a_later_vocabulary' }];
  const evil = { ...alert, title: text, use, obligations };
  issuer.instead = inboxOf([evil]);
  assert.equal(await desk.run('inbox'), 0, desk.err);
  assert.ok(!/[^\P{C}\n]/u.test(desk.out));
  issuer.instead = () => Promise.resolve(problem(500, '\u001b[31m'));
  assert.equal(await desk.run('inbox'), 1);
  assert.ok(!/[^\P{C}\n]/u.test(desk.err));
});

function inboxUrl({ alert }: PaperIssuer): string {
  return `https://issuer.example/tocsin/v1/inbox/${alert}`;
}

function lastInit({ readers }: PaperIssuer): RequestInit {
  const [enrolled] = readers.values();
  return { headers: { authorization: `Bearer ${enrolled?.token}` } };
}

test('wrong usage ends with 2 and asks nobody', async (t) => {
  const desk = await openDesk(t);
  for (const args of [
    ['unknown'],
    ['join', 'a', 'b'],
    ['inbox', 'x'],
    ['fetch'],
    ['open'],
    ['open', 'a', 'b', '--out', 'c'],
    ['verify'],
    ['ack'],
    ['ack', 'file', '--notice', 'x'],
    ['ack', '--notice'],
    ['fetch', 'x', '--notice', 'y'],
    ['notices', 'x'],
    ['invitations', 'x'],
    ['answer', 'x'],
    ['answer', 'x', 'perhaps'],
    ['answer', 'x', 'accept', 'y'],
    ['report', 'x'],
    ['report', 'x', 'unaffected'],
    ['report', 'x', 'fixed', 'y'],
    ['log', 'x'],
    ['verify', 'x', '--out', 'y'],
    ['inbox', '--unknown'],
    ['inbox', '--home'],
  ]) {
    assert.equal(await desk.run(...args), 2, args.join(' '));
    assert.match(desk.err, /^tocsin-reader: .* \(see --help\)\n$/s);
  }
  assert.deepEqual(desk.issuer.asked, []);
});

test('an option at a verb that does not take it is refused; those that do are named', async (t) => {
  const desk = await openDesk(t);
  for (const [option, message] of [
    ['--out=x', '--out belongs to fetch and open'],
    ['--canonical', '--canonical belongs to open'],
    ['--rule=x', '--rule belongs to feedback'],
    ['--all', '--all belongs to write'],
    ['--product=x', '--product belongs to write and report'],
    ['--machine', '--machine belongs to invite'],
    ['--hybrid', '--hybrid and --openpgp belong to join and rotate'],
    ['--openpgp=x', '--hybrid and --openpgp belong to join and rotate'],
    ['--lost=x', '--lost and --stolen belong to rotate'],
    ['--stolen=x', '--lost and --stolen belong to rotate'],
    ['--noticed=x', '--noticed belongs to leak'],
  ] as const) {
    assert.equal(await desk.run('verify', 'x', option), 2, option);
    assert.equal(desk.err, `tocsin-reader: ${message} (see --help)\n`);
  }
});

test('help names every verb and exit status; the version is the package’s', async (t) => {
  const desk = await openDesk(t);
  for (const args of [[], ['help'], ['--help'], ['-h'], ['verify', '--help']]) {
    assert.equal(await desk.run(...args), 0);
    const verbs = [
      'join',
      'inbox',
      'fetch',
      'open',
      'verify',
      'ack',
      'notices',
      'invitations',
      'answer',
      'report',
      'log',
    ];
    for (const verb of verbs) {
      assert.match(desk.out, new RegExp(`^ {2}${verb}\\b`, 'm'));
    }
    assert.match(desk.out, /^ {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 .*\n {2}4 /m);
  }
  assert.equal(await desk.run('--version'), 0);
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  assert.deepEqual([desk.out, READER_VERSION], [`${version}\n`, version]);
});

test('another home is another reader', async (t) => {
  const { desk, issuer } = await joinedDesk(t);
  const other = desk.at('other');
  assert.equal(await desk.run('inbox', '--home', other), 1);
  assert.match(desk.err, /run join first \(NOT_FOUND\)/);
  await mkdir(other, { mode: 0o700 });
  assert.equal(await desk.run('join', issuer.invite(), '--home', other), 0);
  assert.equal(issuer.readers.size, 2);
});

test('the inbox says that the own key ends soon, or has ended, and keys until when', async (t) => {
  const desk = await openDesk(t);
  await desk.run('join', desk.issuer.invite());
  assert.equal(await desk.run('inbox'), 0);
  assert.doesNotMatch(desk.out, /your key/);
  desk.issuer.keyEnds = new Date(desk.now + 30 * 86_400_000).toISOString();
  await desk.run('inbox');
  assert.match(desk.out, /^your key ends 2025-07-24T.*; run rotate\n/);
  await desk.run('keys');
  assert.match(desk.out, /desk \(you\)\n {2}key [0-9a-f]{64}\n.* until 2025-07-24T/);
  desk.issuer.keyEnds = new Date(desk.now).toISOString();
  await desk.run('inbox', '--json');
  const { keyEnds } = JSON.parse(desk.out) as { keyEnds: string };
  assert.equal(keyEnds, desk.issuer.keyEnds);
  await desk.run('inbox');
  assert.match(desk.out, /^your key ended .*nothing is sealed to it; run rotate\n/);
});
