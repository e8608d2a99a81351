import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import {
  openWorkFolder,
  postgresLeftIn,
  type Ran,
  run,
  type Served,
  startServing,
  type Terminal,
} from '../support/command-line.ts';
import { EXAMPLE } from '../support/house.ts';

/** Variables of every terminal of the story. The ledger ticks fast, so that proofs come soon. */
const VARIABLES = { TOCSIN_LISTEN: '127.0.0.1:0', TOCSIN_TICK_SECONDS: '1' };
const HOUR_MS = 3_600_000;

suite('a programme from nothing to a traced leak, by commands alone', () => {
  let folder: Awaited<ReturnType<typeof openWorkFolder>>;
  let operator: Terminal;
  let served: Served;
  let author: Terminal;
  let approver: Terminal;
  let alert: string;
  let sighting: string;

  before(async () => {
    folder = await openWorkFolder();
    operator = terminal({});
  });

  after(async () => {
    await served?.stop();
    await folder.remove();
  });

  const terminal = (more: Record<string, string>): Terminal => ({
    cwd: folder.path,
    env: { ...VARIABLES, HOME: folder.path, TOCSIN_DATA: join(folder.path, 'data'), ...more },
  });
  const person = (token: string) => terminal({ TOCSIN_URL: served.url, TOCSIN_TOKEN: token });
  const reader = (...args: string[]) => run(operator, 'tocsin-reader', ...args);

  test('first run: a programme and two persons, one of them while it serves', async () => {
    const programme = ['Early warning', '--pack', 'mapp', '--reader-cap', '1000'];
    done(await run(operator, 'tocsin', 'admin', 'programme', 'create', ...programme));
    const scopes = 'author,approver,manager,investigator,operator';
    const ana = ['admin', 'person', 'add', 'Ana', '--scopes', scopes];
    const { stdout: anasToken } = done(await run(operator, 'tocsin', ...ana));
    served = await startServing(operator);
    const bo = ['admin', 'person', 'add', 'Bo', '--scopes', 'approver,investigator'];
    const { stdout: bosToken } = done(await run(operator, 'tocsin', ...bo));
    assert.match(bosToken, /^tocsin_[\w-]{43}\n$/);
    const king = await run(operator, 'tocsin', 'admin', 'person', 'add', 'Cy', '--scopes', 'king');
    assert.equal(king.code, 2);
    assert.match(king.stderr, /INVALID_INPUT: scopes: expected one or more of author, /);
    author = person(anasToken.trim());
    approver = person(bosToken.trim());
  });

  test('a second tocsin on the same data folder is refused, and says so', async () => {
    const again = await run(operator, 'tocsin', 'serve', '--repackaged-node');
    assert.equal(again.code, 6);
    assert.match(again.stderr, /^tocsin: STORE_LOCKED: /m);
  });

  test('a participant, and its reader who joins', async () => {
    type Waiting = { change: string; digest: string };
    const admitted = await json<{ participant: string; proposal: Waiting }>(
      author,
      ...['participant', 'add', 'Aldgate Security', '--tier', 'entry', '--duty', 'none'],
      ...['--agreement-from', '2025-01-01T00:00:00Z', '--agreement-until', '2100-01-01T00:00:00Z'],
    );
    const { change, digest } = admitted.proposal;
    const show = done(await run(approver, 'tocsin', 'participant', 'show-change', change));
    assert.match(show.stdout, /^admission +Aldgate Security\n/);
    assert.ok(show.stdout.endsWith(`Digest  ${digest}\n`));
    const approveIt = ['participant', 'approve-change', change, '--digest', digest];
    assert.match((await run(author, 'tocsin', ...approveIt)).stderr, /SECOND_PERSON/);
    done(await run(approver, 'tocsin', ...approveIt));
    const invite = ['participant', 'invite', admitted.participant, '--label', 'Workstation 7'];
    const { stdout } = done(await run(author, 'tocsin', ...invite));
    await writeFile(join(folder.path, 'invitation.txt'), stdout);
    done(await reader('join', 'invitation.txt'));
  });

  test('an alert with all its artifacts, whose waves but the last have come', async () => {
    await cp(EXAMPLE, join(folder.path, 'alert'), { recursive: true });
    const file = join(folder.path, 'alert', 'alert.yaml');
    const inAnHour = new Date(Date.now() + HOUR_MS).toISOString();
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/^disclosureAt: .*$/m, `disclosureAt: ${inAnHour}`));
    type Drafted = { alert: string; artifacts: { slots: number }[] };
    const drafted = await json<Drafted>(author, 'alert', 'new', 'alert');
    assert.equal(drafted.artifacts.length, 8);
    alert = drafted.alert;
  });

  test('its plan, approved by the second person and by nobody else', async () => {
    const { stdout } = done(await run(author, 'tocsin', 'alert', 'plan', alert));
    assert.match(
      stdout,
      /Aldgate Security\n {4}everything: Not before .*: Entry tier, 24 h lead\n/,
    );
    const digest = /^Digest {2}([0-9a-f]{64})$/m.exec(stdout)?.[1] ?? '';
    const approve = ['alert', 'approve', alert, '--plan', digest];
    const own = await run(author, 'tocsin', ...approve, '--json');
    assert.equal(own.code, 3);
    assert.equal(
      (JSON.parse(own.stderr) as { error: { code: string } }).error.code,
      'SECOND_PERSON',
    );
    const other = ['alert', 'approve', alert, '--plan', digest.replaceAll(/./g, '0')];
    assert.equal((await run(approver, 'tocsin', ...other)).code, 5);
    done(await run(approver, 'tocsin', ...approve));
  });

  test('nobody is invited to its embargo where all consent by their agreement', async () => {
    const invited = await json<{ invited: string[]; passedOver: number }>(
      author,
      ...['alert', 'invite', alert],
    );
    assert.deepEqual([invited.invited, invited.passedOver], [[], 0]);
    const text = done(await run(author, 'tocsin', 'alert', 'invite', alert)).stdout;
    assert.match(text, /^Invited 0: embargo until .*, answers by /);
    const { items } = await json<{ items: object[] }>(author, 'alert', 'duties', alert);
    assert.ok(Array.isArray(items));
  });

  test('the reader fetches, opens, verifies and acknowledges', async () => {
    await until(async () => (await reader('inbox')).stdout.includes(alert));
    done(await reader('fetch', alert, 'advisory.md', 'detection-guidance.md'));
    done(await reader('open', 'advisory.md.age', 'detection-guidance.md.age'));
    await until(async () => (await reader('verify', 'advisory.md.age')).code === 0);
    done(await reader('ack', 'advisory.md.age'));
    const status = await json<{ copies: number }>(author, 'alert', 'status', alert);
    assert.equal(status.copies, 2);
  });

  test('a rule that comes after the waves have begun, put in by the second person', async () => {
    await writeFile(join(folder.path, 'late.yml'), 'title: A rule of the day after\n');
    const add = ['alert', 'add', alert, 'late.yml', '--kind', 'detection_rule'];
    const rest = ['--marking', 'none', '--source-published-at', '2025-07-21T00:00:00Z'];
    const early = await run(author, 'tocsin', ...add, ...rest);
    assert.equal(early.code, 5, 'not as to a draft');
    const proposed = await run(author, 'tocsin', ...add, ...rest, '--late');
    assert.match(done(proposed).stdout, /^now +whole to 1, reduced to 0, held for 0$/m);
    const field = (name: string) =>
      new RegExp(`^${name} +(\\S+)$`, 'm').exec(proposed.stdout)?.[1] ?? '';
    const [addition, digest] = [field('addition'), field('digest')];
    const approve = ['alert', 'approve-addition', addition, '--digest', digest];
    assert.equal((await run(author, 'tocsin', ...approve)).code, 3);
    const { stdout } = done(await run(approver, 'tocsin', 'alert', 'addition', addition));
    assert.equal(stdout, proposed.stdout);
    done(await run(approver, 'tocsin', ...approve));
    await until(async () => (await reader('inbox')).stdout.includes('late.yml'));
  });

  test('a leaked text is traced to the copy, after a second person approved', async () => {
    const parts = await Promise.all(
      ['advisory.md', 'detection-guidance.md'].map((file) =>
        readFile(join(folder.path, file), 'utf8'),
      ),
    );
    const reflowed = parts.join('\n').replaceAll(/[ \t]*\n(?=\w)/g, ' ');
    await writeFile(join(folder.path, 'found.txt'), reflowed);
    ({ sighting } = await json<{ sighting: string }>(author, 'trace', 'found.txt'));
    assert.equal((await run(author, 'tocsin', 'trace', 'run', sighting)).code, 3);
    assert.equal((await run(author, 'tocsin', 'trace', 'approve', sighting)).code, 3);
    done(await run(approver, 'tocsin', 'trace', 'approve', sighting));
    assert.equal((await run(author, 'tocsin', 'trace', 'run', sighting)).code, 5);
    const found = [
      '--kind',
      'public_site',
      '--place',
      'https://paste.invalid/1',
      '--shipped',
      'no',
    ];
    const at = ['--at', new Date().toISOString()];
    done(await run(author, 'tocsin', 'trace', 'find', sighting, ...found, ...at));
    const { stdout } = done(await run(author, 'tocsin', 'trace', 'run', sighting));
    assert.match(
      stdout,
      new RegExp(
        'This text matches the copy issued to “Workstation 7” \\(\\w{8}…\\) of ' +
          '“Aldgate Security” \\(\\w{8}…\\)\\. For any recipient ' +
          'whose copy was not used, the chance of such a match is below 1 in ' +
          '[1-9][0-9,^]*, counting all 1000 recipients\\. It does not say who passed it on, or ' +
          'why\\.',
      ),
    );
    assert.match(stdout, /^ *found +\S+Z, on a public site: https:\/\/paste\.invalid\/1$/m);
    assert.match(
      stdout,
      /^ *“Aldgate Security” .* by this sample +not permitted .*no permission in/m,
    );
    assert.doesNotMatch(stdout, /accus|guilt|leaker/i);
    assert.equal(done(await run(approver, 'tocsin', 'trace', 'show', sighting)).stdout, stdout);
    assert.match(stdout, /^ *state +draft: not released by a second person$/m);
    const report = /^ *report +([0-9a-f]{64})$/m.exec(stdout)?.[1] ?? '';
    const release = ['trace', 'release', sighting, '--report', report];
    assert.equal((await run(author, 'tocsin', ...release)).code, 3);
    done(await run(approver, 'tocsin', ...release));
    await writeFile(join(folder.path, 'reply.txt'), 'Our mailbox was open.\nWe look into it.\n');
    const { copies } = await json<{ copies: { participant: string }[] }>(
      ...([approver, 'trace', 'show', sighting] as const),
    );
    const from = ['--participant', copies[0]?.participant ?? ''];
    done(await run(author, 'tocsin', 'trace', 'reply', sighting, 'reply.txt', ...from));
    const after = done(await run(author, 'tocsin', 'trace', 'show', sighting)).stdout;
    assert.match(after, /^ *state +released at /m);
    assert.match(
      after,
      /Reply of “Aldgate Security” .*\n.*Our mailbox was open\.\n +We look into it\./m,
    );
    type Report = { alerts: { result: { identified: { readers: string[] }[] } }[] };
    const { alerts } = await json<Report>(approver, 'trace', 'show', sighting);
    assert.equal(alerts[0]?.result.identified[0]?.readers.length, 1);
  });

  test('the ledger verifies, whole, and so does an event of it', async () => {
    done(await run(author, 'tocsin', 'log', 'verify'));
    done(await run(author, 'tocsin', 'log', 'export', 'ledger.jsonl'));
    const { stdout } = done(
      await run(author, 'tocsin', 'log', 'verify', '--export', 'ledger.jsonl'),
    );
    assert.match(stdout, /goes on from the \d+ seen before/);
    const side = await readFile(join(folder.path, 'advisory.md.age.json'), 'utf8');
    const { manifest } = JSON.parse(side) as { manifest: { promise: { leaf: string } } };
    const proof = await run(author, 'tocsin', 'log', 'prove', manifest.promise.leaf);
    assert.match(done(proof).stdout, /"type":"delivered"/);
    const tampered = (await readFile(join(folder.path, 'ledger.jsonl'), 'utf8')).replace(
      '\\"type\\":\\"delivered\\"',
      '\\"type\\":\\"dElivered\\"',
    );
    await writeFile(join(folder.path, 'tampered.jsonl'), tampered);
    const refused = await run(author, 'tocsin', 'log', 'verify', '--export', 'tampered.jsonl');
    assert.equal(refused.code, 7);
    assert.match(refused.stderr, /LEDGER_TAMPERED: line \d+: events\[\d+\]\.parts/);
  });

  test('the mark key goes to two officers, who open it for one trace', async () => {
    const officers = [
      { at: author, file: 'ana.txt' },
      { at: approver, file: 'bo.txt' },
    ] as const;
    for (const { file } of officers) done(await run(operator, 'tocsin', 'custody', 'key', file));
    assert.equal((await run(operator, 'tocsin', 'custody', 'key', 'ana.txt')).code, 2, 'kept');
    const [ana, bo] = officers.map(({ file }) => ['--identity', file]) as [string[], string[]];
    const propose = ['custody', 'propose', '--after', '0', ...ana];
    const { id } = await json<{ id: string }>(author, ...propose);
    assert.equal((await run(author, 'tocsin', 'custody', 'accept', id, ...bo)).code, 3);
    done(await run(approver, 'tocsin', 'custody', 'accept', id, ...bo));
    const { stdout } = done(await run(author, 'tocsin', 'custody', 'show'));
    assert.match(stdout, /^ *sealed +0 days after disclosure$/m);
    done(await run(author, 'tocsin', 'alert', 'publish-now', alert, '--reason', 'details_public'));
    ({ sighting } = await json<{ sighting: string }>(author, 'trace', 'found.txt'));
    const found = ['--kind', 'seized', '--place', 'a disk', '--shipped', 'no'];
    const at = ['--at', new Date().toISOString()];
    done(await run(author, 'tocsin', 'trace', 'find', sighting, ...found, ...at));
    done(await run(approver, 'tocsin', 'trace', 'approve', sighting));
    const open = (by: Terminal, identity: readonly string[]) =>
      run(by, 'tocsin', 'trace', 'open', sighting, alert, ...identity);
    await until(async () => (await open(author, ana)).code === 0);
    assert.match(done(await open(author, ana)).stdout, /waits for the other half/);
    const refused = await run(author, 'tocsin', 'trace', 'run', sighting);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, new RegExp(`KEY_SEALED: mark key: .* of alert ${alert}`));
    assert.equal((await open(approver, ana)).code, 5);
    assert.equal((await open(author, bo)).code, 3);
    assert.match(done(await open(approver, bo)).stdout, /is open until /);
    const traced = done(await run(author, 'tocsin', 'trace', 'run', sighting));
    assert.match(
      traced.stdout,
      /the copy issued to “Workstation 7” \(\w{8}…\) of “Aldgate Security”/,
    );
  });

  test('two persons choose a veto; one announces an admission, and a veto stops it', async () => {
    const forms = ['programme', 'second-person'];
    const refused = await run(author, 'tocsin', ...forms, 'propose', 'clock', 'one_then_veto');
    assert.match(refused.stderr, /INVALID_INPUT: form: expected two_persons for clock, since a/);
    type Waiting = { change: string; digest: string };
    const wanted = ['propose', 'admission', 'one_then_veto', '--hours', '2'];
    const withdrawn = await json<Waiting>(author, ...forms, ...wanted);
    done(await run(author, 'tocsin', ...forms, 'refuse', withdrawn.change));
    const { change, digest } = await json<Waiting>(author, ...forms, ...wanted);
    const confirm = [...forms, 'confirm', change, '--digest', digest];
    assert.equal((await run(author, 'tocsin', ...confirm)).code, 3);
    done(await run(approver, 'tocsin', ...confirm));
    type Admitted = { proposal: Waiting };
    const { proposal } = await json<Admitted>(
      author,
      ...['participant', 'add', 'Bridlow Mail', '--tier', 'entry', '--duty', 'none'],
      ...['--agreement-from', '2025-01-01T00:00:00Z', '--agreement-until', '2100-01-01T00:00:00Z'],
    );
    const shown = () => run(approver, 'tocsin', ...forms, 'show');
    const announced = new RegExp(`^${proposal.change} +admission +${proposal.change} `, 'm');
    const { stdout } = done(await shown());
    assert.match(stdout, /^admission +one_then_veto +2 +two_persons, one_then_veto$/m);
    assert.match(stdout, announced);
    const work = done(await run(approver, 'tocsin', 'work', 'list')).stdout.split('\n');
    assert.match(work[1] ?? '', /TAKES EFFECT BY ITSELF/);
    done(await run(approver, 'tocsin', 'work', 'veto', proposal.change));
    assert.doesNotMatch(done(await shown()).stdout, announced);
    assert.equal((await run(author, 'tocsin', 'work', 'veto', proposal.change)).code, 5);
  });

  test('a token that was stolen is ended at once', async () => {
    type Persons = { items: { person?: string; id: string; name: string }[] };
    const persons = await json<Persons>(operator, 'admin', 'person', 'list');
    const { id = '' } = persons.items.find(({ name }) => name === 'Bo') ?? {};
    done(await run(operator, 'tocsin', 'admin', 'person', 'revoke', id));
    assert.equal((await run(approver, 'tocsin', 'alert', 'list')).code, 3);
  });

  test('SIGTERM ends it in order, and nothing of it is left', async () => {
    const { code, stderr } = await served.stop();
    assert.equal(code, 0, stderr);
    assert.deepEqual(await postgresLeftIn(folder.path), []);
    const unreachable = await run(author, 'tocsin', 'alert', 'list');
    assert.equal(unreachable.code, 6);
    assert.match(unreachable.stderr, /expected an answer, found none \(ECONNREFUSED\)/);
  });
});

function done(ran: Ran): Ran {
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
  return ran;
}

async function json<T>(at: Terminal, ...args: readonly string[]): Promise<T> {
  return JSON.parse(done(await run(at, 'tocsin', ...args, '--json')).stdout) as T;
}

/** Asks again until it holds: the worker and the ledger have a pace of their own. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 30; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail('did not come about');
}
