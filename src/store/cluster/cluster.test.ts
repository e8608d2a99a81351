import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { asBatch } from './as-batch.ts';
import { type Cluster, type ClusterOptions, startCluster } from './cluster.ts';
import { findPostmaster } from './postmaster.ts';

const isRoot = process.getuid?.() === 0;
const HOLDER = join(import.meta.dirname, '../../../tests/support/hold-cluster.ts');

/** Of sched.h. */
const SCHED_BATCH = 3;

let parent: string;
/** Folders outside `parent` that a test leaves behind. */
const elsewhere: string[] = [];
const holders: ChildProcess[] = [];

before(async () => {
  parent = await mkdtemp(join(tmpdir(), 'tocsin-test-'));
  await chmod(parent, 0o711);
});

after(async () => {
  for (const holder of holders) holder.kill('SIGKILL');
  await rm(parent, { recursive: true, force: true });
  for (const folder of elsewhere) await rm(folder, { recursive: true, force: true });
});

type Login = { host: string; password: string; user?: string; database?: string };

async function ask(login: Login, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ user: 'tocsin_owner', database: 'tocsin', ...login, port: 5432 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const asOwner = ({ host, passwords }: Cluster): Login => ({ host, password: passwords.owner });

async function withCluster<T>(
  options: ClusterOptions,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = await startCluster(options);
  try {
    return await work(cluster);
  } finally {
    await cluster.stop();
  }
}

async function serverPid(cluster: { dataDir: string }): Promise<number> {
  const server = await findPostmaster(join(cluster.dataDir, 'cluster'));
  assert.ok(server, 'a server is alive');
  return server.pid;
}

type Said = { held: boolean; host: string; password: string; code: string; message: string };

/** Starts a Tocsin of its own process on the folder; gives what it said and its process. */
async function hold(dataDir: string, then = ''): Promise<{ said: Said; holder: ChildProcess }> {
  const holder = spawn(process.execPath, [HOLDER, dataDir, then], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  holders.push(holder);
  assert.ok(holder.stdout);
  const [line] = (await once(createInterface(holder.stdout), 'line')) as [string];
  return { said: JSON.parse(line) as Said, holder };
}

async function kill(holder: ChildProcess): Promise<void> {
  holder.kill('SIGKILL');
  if (holder.exitCode === null && holder.signalCode === null) await once(holder, 'exit');
}

suite('one folder through its life', () => {
  let dataDir: string;
  before(() => {
    dataDir = join(parent, 'life');
  });

  test('its processes do not interrupt who wakes them, where the system can do that', async (t) => {
    if ((await asBatch(null)).length === 0) return t.skip('no chrt here, or it may not be used');
    await withCluster({ dataDir }, async (cluster) => {
      const stat = await readFile(`/proc/${await serverPid(cluster)}/stat`, 'utf8');
      // proc_pid_stat(5): the 41st field is the policy, the 39th after the name's parenthesis.
      const policy = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38];
      assert.equal(policy, String(SCHED_BATCH));
    });
  });

  test('a new folder gets a cluster that is durable and closed', async () => {
    await withCluster({ dataDir }, async (cluster) => {
      await ask(asOwner(cluster), 'create table kept (n integer)');
      await ask(asOwner(cluster), 'insert into kept values (1)');
      const settings = await ask(
        asOwner(cluster),
        `select name, setting from pg_settings where name in ('fsync', 'synchronous_commit',
         'full_page_writes', 'data_checksums', 'listen_addresses', 'unix_socket_permissions',
         'server_encoding') order by name`,
      );
      assert.deepEqual(settings, [
        { name: 'data_checksums', setting: 'on' },
        { name: 'fsync', setting: 'on' },
        { name: 'full_page_writes', setting: 'on' },
        { name: 'listen_addresses', setting: '' },
        { name: 'server_encoding', setting: 'UTF8' },
        { name: 'synchronous_commit', setting: 'on' },
        { name: 'unix_socket_permissions', setting: '0700' },
      ]);
      const roles = await ask(
        asOwner(cluster),
        `select rolname, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb as mighty,
         (select datdba = r.oid from pg_database where datname = 'tocsin') as owner
         from pg_roles r where rolcanlogin and rolname <> 'postgres' order by rolname`,
      );
      assert.deepEqual(roles, [
        { rolname: 'tocsin_issuer', mighty: false, owner: false },
        { rolname: 'tocsin_owner', mighty: false, owner: true },
        { rolname: 'tocsin_participant', mighty: false, owner: false },
      ]);
    });
  });

  test('each login needs its own password, and the superuser has none', async () => {
    await withCluster({ dataDir }, async ({ host, passwords }) => {
      const { owner, issuer, participant } = passwords;
      const enter = (user: string, password: string, database = 'tocsin') =>
        ask({ host, user, password, database }, 'select 1 as one');
      assert.deepEqual(await enter('tocsin_issuer', issuer), [{ one: 1 }]);
      assert.deepEqual(await enter('tocsin_participant', participant), [{ one: 1 }]);
      await assert.rejects(enter('tocsin_issuer', participant), { code: '28P01' });
      await assert.rejects(enter('postgres', owner), /pg_hba.conf rejects/);
      await assert.rejects(enter('tocsin_owner', owner, 'postgres'), /pg_hba.conf rejects/);
    });
  });

  test('passwords, data and socket are for their users only', async () => {
    const modeOf = async (path: string) =>
      ((await stat(join(dataDir, 'cluster', path))).mode & 0o777).toString(8);
    assert.equal(await modeOf('passwords.json'), '600');
    assert.equal(await modeOf('postgres.log'), '600');
    assert.equal(await modeOf('data'), '700');
    assert.equal(await modeOf('run'), '700');
    if (isRoot) {
      assert.equal((await stat(join(dataDir, 'cluster/passwords.json'))).uid, 0);
      assert.notEqual((await stat(join(dataDir, 'cluster/data'))).uid, 0);
    }
  });

  test('what a statement holds does not reach the log', async () => {
    await withCluster({ dataDir }, async (cluster) => {
      await assert.rejects(ask(asOwner(cluster), `select 'embargoed content'::integer`));
    });
    const log = await readFile(join(dataDir, 'cluster/postgres.log'), 'utf8');
    assert.match(log, /ready to accept connections/);
    assert.doesNotMatch(log, /embargoed content/);
  });

  test('a second Tocsin is refused by the first one’s pid, which goes on', async () => {
    const { said, holder } = await hold(dataDir);
    assert.ok(said.held, said.message);
    await assert.rejects(startCluster({ dataDir }), {
      code: 'STORE_LOCKED',
      message: new RegExp(`pid ${holder.pid}\\)`),
    });
    assert.deepEqual(await ask(said, 'select n from kept'), [{ n: 1 }]);
    await kill(holder);
  });

  test('after kill -9 of Tocsin the next adopts the server and what was committed', async () => {
    const { said, holder } = await hold(dataDir);
    await ask(said, 'insert into kept values (2)');
    const left = await serverPid({ dataDir });
    await kill(holder);
    await withCluster({ dataDir }, async (cluster) => {
      assert.equal(await serverPid(cluster), left);
      assert.deepEqual(await ask(asOwner(cluster), 'select n from kept order by n'), [
        { n: 1 },
        { n: 2 },
      ]);
    });
    assert.equal(await findPostmaster(join(dataDir, 'cluster')), null);
  });

  test('after kill -9 of Tocsin and server the next one recovers', async () => {
    const { said, holder } = await hold(dataDir);
    await ask(said, 'insert into kept values (3)');
    await kill(holder);
    process.kill(await serverPid({ dataDir }), 'SIGKILL');
    await withCluster({ dataDir }, async (cluster) => {
      assert.deepEqual(await ask(asOwner(cluster), 'select count(*)::int as n from kept'), [
        { n: 3 },
      ]);
    });
  });

  test('a server that lost its socket is ended and started anew', async () => {
    const { holder } = await hold(dataDir);
    const left = await serverPid({ dataDir });
    await kill(holder);
    await rm(join(dataDir, 'cluster/run/.s.PGSQL.5432'));
    await withCluster({ dataDir }, async (cluster) => {
      assert.notEqual(await serverPid(cluster), left);
      assert.equal((await ask(asOwner(cluster), 'select n from kept')).length, 3);
    });
  });

  test('a server that dies under a running Tocsin is started again', async () => {
    await withCluster({ dataDir }, async (cluster) => {
      process.kill(await serverPid(cluster), 'SIGKILL');
      const answer = await retried(() =>
        ask(asOwner(cluster), 'select count(*)::int as n from kept'),
      );
      assert.deepEqual(answer, [{ n: 3 }]);
    });
  });

  test('a Tocsin that exits without stopping takes the server along', async () => {
    const { holder } = await hold(dataDir, 'exit');
    if (holder.exitCode === null) await once(holder, 'exit');
    await retried(async () => {
      assert.equal(await findPostmaster(join(dataDir, 'cluster')), null);
    });
  });

  test('lost passwords are told, not made up', async () => {
    const path = join(dataDir, 'cluster/passwords.json');
    const text = await readFile(path, 'utf8');
    const { owner, ...others } = JSON.parse(text) as Record<string, string>;
    const refusal = { code: 'CONFIG_INVALID', message: /passwords\.json/ };
    await writeFile(path, JSON.stringify(others));
    await assert.rejects(startCluster({ dataDir }), refusal);
    await writeFile(path, JSON.stringify({ ...others, owner: `not ${owner}` }));
    await assert.rejects(startCluster({ dataDir }), refusal);
    await writeFile(path, text);
    await withCluster({ dataDir }, async () => undefined);
  });

  test('a folder of another major version names both versions and the remedy', async () => {
    await writeFile(join(dataDir, 'cluster/data/PG_VERSION'), '14\n');
    await assert.rejects(startCluster({ dataDir }), {
      code: 'STORE_VERSION',
      message: /PostgreSQL 14, found here: \d+\.\d+ .*Install PostgreSQL 14/s,
    });
  });
});

test('of two that start at once on a new folder one gets it, the other is refused', async () => {
  const dataDir = join(parent, 'race');
  const both = await Promise.all([hold(dataDir), hold(dataDir)]);
  const [winner, loser] = both[0].said.held ? both : [both[1], both[0]];
  assert.ok(winner.said.held);
  assert.equal(loser.said.code, 'STORE_LOCKED');
  assert.match(loser.said.message, new RegExp(`pid ${winner.holder.pid}\\)`));
  await kill(winner.holder);
  await withCluster({ dataDir }, async () => undefined);
  assert.deepEqual(await readdir(dataDir), ['cluster']);
});

test('npm’s PostgreSQL does the same, below a path longer than a socket’s may be', async () => {
  const dataDir = join(parent, 'long'.repeat(30));
  const options = { dataDir, preferInstalled: false };
  const sockets = await withCluster(options, async (cluster) => {
    assert.ok(Number.parseInt(cluster.version, 10) >= 18, cluster.version);
    assert.ok(Buffer.byteLength(`${cluster.host}/.s.PGSQL.5432`) < 100, cluster.host);
    assert.equal((await stat(cluster.host)).mode & 0o777, 0o700);
    await ask(asOwner(cluster), 'create table kept as select 1 as n');
    return cluster.host;
  });
  await assert.rejects(stat(sockets), { code: 'ENOENT' });
  // The folder's version wins over the preference.
  await withCluster({ dataDir }, async (cluster) => {
    assert.deepEqual(await ask(asOwner(cluster), 'select n from kept'), [{ n: 1 }]);
  });
});

test('a closed umask takes nothing from the server’s user', async (t) => {
  const umask = process.umask(0o077);
  t.after(() => process.umask(umask));
  await withCluster({ dataDir: join(parent, 'under-077') }, async (cluster) => {
    assert.deepEqual(await ask(asOwner(cluster), 'select 1 as one'), [{ one: 1 }]);
  });
});

test('as root, a folder that the server’s user cannot enter moves, and says where', {
  skip: isRoot ? false : 'needs root',
}, async () => {
  const closed = join(parent, 'closed');
  await mkdir(closed, { mode: 0o700 });
  const dataDir = join(closed, 'moving');
  const first = await withCluster({ dataDir }, async (cluster) => {
    elsewhere.push(cluster.dataDir);
    await ask(asOwner(cluster), 'create table kept as select 1 as n');
    return cluster;
  });
  assert.match(first.dataDir, /^\/var\/lib\/tocsin\/moving-/);
  assert.match(first.notes.join(), new RegExp(`${first.dataDir}: .*${dataDir}`));
  await withCluster({ dataDir }, async (again) => {
    assert.equal(again.dataDir, first.dataDir);
    assert.deepEqual(again.notes, first.notes);
    assert.deepEqual(await ask(asOwner(again), 'select n from kept'), [{ n: 1 }]);
  });
});

/** Until it succeeds, for some seconds: what happens by itself takes its time. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < 50; attempt++) {
    try {
      return await work();
    } catch {
      await sleep(100);
    }
  }
  return work();
}
