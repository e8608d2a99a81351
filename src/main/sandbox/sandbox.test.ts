import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { sha256Hex } from '../../crypto/hash.ts';
import { runChild } from '../../store/cluster/child.ts';
import type { Manner } from './enter.ts';
import { type Ran, runApart } from './run.ts';
import { openSandbox } from './sandbox.ts';

const isRoot = process.getuid?.() === 0;
const manner: Manner = isRoot ? 'other uid' : 'user namespace';

/** A script for the shell, in the sandbox. */
function shell(script: string, ms?: number): Promise<Ran> {
  return runApart(manner, { command: ['sh', 'script'], name: 'script', script: bytes(script) }, ms);
}

function command(...words: string[]): Promise<Ran> {
  return runApart(manner, { command: words, name: 'script', script: bytes('') });
}

function bytes(text: string): Buffer {
  return Buffer.from(text);
}

function textOf(ran: Ran): string {
  return ran.kind === 'ended' ? ran.output.toString() : `failed: ${ran.reason}`;
}

/** How many processes there are, in our own namespace and those below, of a program so called. */
function running(...words: string[]): number {
  const called = globSync('/proc/[0-9]*/cmdline').map((path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return '';
    }
  });
  return called.filter((line) => line.startsWith(words.join('\0'))).length;
}

const sandbox = await openSandbox();
const skip = sandbox.works ? false : `no sandbox works here: ${sandbox.reason}`;

test('status and output of a test pass through; its errors go nowhere', { skip }, async () => {
  const ran = await shell('grep -c oops script; echo oops >&2; exit 7');
  assert.deepEqual(ran, { kind: 'ended', status: 7, output: bytes('1\n') });
});

test('words of a command reach the program as they are: no shell', { skip }, async () => {
  assert.equal(textOf(await command('echo', '$(id) ; "x"', '-n')), '$(id) ; "x" -n\n');
});

test('a missing program is a status with which no master passes', { skip }, async () => {
  const ran = await command('no-such-program');
  assert.ok(ran.kind === 'ended' && ran.status === 127);
});

test('a secret in our environment does not reach the test', { skip }, async () => {
  process.env['TOCSIN_TEST_SECRET'] = 'a master key';
  try {
    assert.equal(textOf(await command('env')), '');
  } finally {
    delete process.env['TOCSIN_TEST_SECRET'];
  }
});

test('a listener of ours on loopback is out of reach, as is any other', { skip }, async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const reach = `
    for place in 127.0.0.1/${address.port} 192.0.2.1/80; do
      bash -c ": </dev/tcp/$place" 2>/dev/null && echo "reached $place"
    done
    echo done`;
  const outside = await runChild('/bin/sh', ['-c', reach], { timeoutMs: 2_000 });
  const inside = await shell(reach);
  server.close();
  assert.match(outside.stdout, /reached 127/, 'it is there');
  assert.equal(textOf(inside), 'done\n');
});

test('nothing of ours is there to be read, and nothing can be written', { skip }, async () => {
  const ran = await shell(`
    for place in / /usr /usr/bin /etc /dev; do
      touch $place/x 2>/dev/null && echo "wrote to $place"
    done
    ls -d /root /home /var /run /proc /sys /opt /mnt /srv 2>/dev/null
    cat ${import.meta.filename} /etc/shadow /etc/hostname 2>/dev/null
    echo kept >/tmp/x && cat /tmp/x`);
  assert.equal(textOf(ran), 'kept\n');
});

test('a test has no privilege and can gain none', { skip }, async () => {
  const ran = await shell(`
    setpriv --dump
    unshare --user true 2>/dev/null && echo gained a namespace
    mount -t tmpfs x /tmp 2>/dev/null && echo gained a mount
    chroot . true 2>/dev/null && echo gained a root
    kill -9 1 2>/dev/null
    echo still`);
  const said = textOf(ran);
  assert.match(said, /no_new_privs: 1/);
  assert.match(said, /Inheritable capabilities: \[none\]/);
  assert.match(said, /Ambient capabilities: \[none\]/);
  assert.match(said, /Capability bounding set: \[none\]/);
  assert.match(said, /still\n$/);
  assert.doesNotMatch(said, /gained/);
});

test('what runs for ever is ended, with all that it has put aside', { skip }, async () => {
  const seconds = `4${process.pid}2`;
  const ran = await shell(`setsid sleep ${seconds} & setsid sleep ${seconds}`, 1_000);
  assert.deepEqual(ran, { kind: 'failed', reason: 'did not end within 1 s' });
  assert.equal(running('sleep', seconds), 0);
});

test('what is put aside ends with the test and is not waited for', { skip }, async () => {
  const seconds = `4${process.pid}3`;
  assert.equal(textOf(await shell(`setsid sleep ${seconds} & echo done`)), 'done\n');
  assert.equal(running('sleep', seconds), 0);
});

test('a test that prints 100 MB is ended, and that is not kept', { skip }, async () => {
  const ran = await shell('head -c 100000000 /dev/zero; echo all');
  assert.deepEqual(ran, { kind: 'failed', reason: 'wrote more than 1048576 bytes' });
});

test('processes, memory and disk have an end', { skip }, async () => {
  const forks = await shell(`
    count=0
    while [ $count -lt 100 ]; do sleep 9 & count=$((count + 1)); done
    echo all`);
  assert.notEqual(textOf(forks), 'all\n');
  const memory = await shell('head -c 900m /dev/zero | tail | wc -c');
  assert.notEqual(textOf(memory), `${900 * 1024 * 1024}\n`);
  const disk = await shell('head -c 90m /dev/zero >/tmp/x; stat -c %s /tmp/x');
  assert.equal(textOf(disk), `${16 * 1024 * 1024}\n`);
});

test('a fork bomb leaves the next test unharmed', { skip }, async () => {
  await shell('bomb() { bomb | bomb & }; bomb; sleep 1', 2_000);
  assert.equal(textOf(await shell('echo fine')), 'fine\n');
});

test('where no sandbox works nothing is run but the probe, and the reason is told', async () => {
  const asked: (string | undefined)[] = [];
  const none = await openSandbox(async (_, { command: [program] }) => {
    asked.push(program);
    return { kind: 'failed', reason: 'no namespaces' };
  });
  assert.deepEqual(none, { works: false, reason: 'no namespaces' });
  assert.deepEqual(asked, ['bash']);
});

test('a sandbox with a wall missing is none', async () => {
  const said = 'yes\n';
  for (const walls of [0, 1, 5]) {
    const ran: Ran = { kind: 'ended', status: 0, output: bytes(said.repeat(walls)) };
    assert.equal((await openSandbox(async () => ran)).works, false, `${walls} walls`);
  }
});

test('an outcome names what was written by its hash', { skip }, async () => {
  const [name, script] = ['poc.sh', bytes('echo hello; exit 3')];
  assert.ok(sandbox.works);
  const outcome = await sandbox.run({ command: ['sh', name], name, script });
  assert.deepEqual(outcome, { kind: 'ended', status: 3, output: sha256Hex(bytes('hello\n')) });
});

/** Somebody else: these tests once more, by a user namespace, where the checkout can be read. */
const OTHER_UID = '64321';

test('all of this holds for somebody who is not root', { skip: !isRoot && 'is so' }, async (t) => {
  const as = ['--reuid', OTHER_UID, '--regid', OTHER_UID, '--clear-groups'];
  const readable = await runChild('setpriv', [...as, process.execPath, '--version']);
  const file = await runChild('setpriv', [...as, 'cat', import.meta.filename]);
  if (readable.code !== 0 || file.code !== 0) return t.skip('others cannot read this checkout');
  const args = ['--test-reporter=tap', import.meta.filename];
  const { code, stdout } = await runChild('setpriv', [...as, process.execPath, ...args]);
  assert.equal(code, 0, stdout);
  if (/# SKIP no sandbox/.test(stdout)) return t.skip('no user namespaces for others here');
});
