/**
 * bench `fetch`, case `20KB-16`: the whole path of a copy over HTTP (token, lock, facts, decision,
 * marking, signature, sealing, delivery and event committed with fsync) for 16 clients at once, in
 * copies per second. Peer: the same copies only marked and sealed, in a bare loop.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { sql } from 'kysely';
import { generateIdentity } from '../src/crypto/age/keys.ts';
import { seal } from '../src/crypto/age/seal.ts';
import { randomBytes } from '../src/crypto/random.ts';
import type { AlertId, ArtifactId } from '../src/domain/ids.ts';
import { DAY_MS, plus } from '../src/domain/instant.ts';
import { buildApp } from '../src/http/app.ts';
import { openLines } from '../src/http/lines.ts';
import { createMetrics } from '../src/http/metrics.ts';
import { compileCode, markBits } from '../src/marking/code.ts';
import { freezeSlots } from '../src/marking/freeze.ts';
import { parseSidecar } from '../src/marking/sidecar.ts';
import { compileTable, splice } from '../src/marking/splice.ts';
import { addArtifact, draftAlert } from '../src/programme/alert/draft-alert.ts';
import { openTreeShelf } from '../src/programme/ledger/tree-shelf.ts';
import { admit, approve, type House, joinReader, openHouse, T0 } from '../tests/support/house.ts';
import { median, print, rate, round } from './harness.ts';

const CLIENTS = 16;
const ROUNDS = 5;
/** The path of a fetch is wide: it takes some thousand of them until the compiler has seen it. */
const WARM_UP = 3;
const ROUND_MS = 2_000;
const BYTES = 20 * 1024;
const SLOTS = 120;

type Task = { readonly url: string; readonly path: string; readonly tokens: readonly string[] };
type Round = {
  readonly copies: number;
  readonly ms: number;
  readonly latencies: readonly number[];
};

if (process.argv[2] === '--client') clientLoop(JSON.parse(process.argv[3] ?? '') as Task);
else await parent();

async function parent(): Promise<void> {
  const house = await openHouse();
  const { text, sidecar } = document();
  const { alert, artifact } = await release(house, text, sidecar);
  const tokens: string[] = [];
  for (let n = 0; n < CLIENTS; n++) {
    const participant = await admit(house, `Firm ${n}`, { tier: 'validate' });
    tokens.push((await joinReader(house, participant)).token);
  }
  const app = buildApp({
    context: house.context,
    trees: openTreeShelf(),
    requireLedger: () => undefined,
    clock: house.clock,
    metrics: createMetrics(),
    lines: openLines(),
    readerBundle: null,
    ready: async () => true,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const path = `/v1/inbox/${alert}/artifacts/${artifact}/copy`;
  const task: Task = { url, path, tokens };
  const client = spawn(process.execPath, [import.meta.filename, '--client', JSON.stringify(task)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const bare = bareSealing(text, sidecar, artifact);
  const ours: number[] = [];
  const peer: number[] = [];
  const latencies: number[] = [];
  for (let n = 0; n < WARM_UP + ROUNDS; n++) {
    const served = await clientRound(client);
    const sealed = rate(bare, ROUND_MS / 2);
    if (n < WARM_UP) continue;
    ours.push((served.copies * 1000) / served.ms);
    peer.push(sealed);
    latencies.push(...served.latencies);
  }
  client.stdin?.end();
  const { rows } = await house.context.store.issuer((tx) =>
    sql<{ fsync: string; synchronous_commit: string }>`select current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as synchronous_commit`.execute(tx),
  );
  await app.close();
  await house.tearDown();
  const sorted = latencies.toSorted((a, b) => a - b);
  print({
    bench: 'fetch',
    case: '20KB-16',
    ours: round(median(ours)),
    peer: round(median(peer)),
    ratio: round(median(ours) / median(peer)),
    unit: 'copies/s',
    p99ms: round(sorted[Math.floor(sorted.length * 0.99)] ?? 0),
    fsync: rows[0]?.fsync ?? '',
    synchronous_commit: rows[0]?.synchronous_commit ?? '',
    note: 'clients in a process of their own; peer: marked and sealed in a bare loop',
  });
}

async function release(house: House, text: string, sidecar: string) {
  const { context, author, programme, clock } = house;
  const now = clock.now();
  const input = {
    title: 'Bench',
    disclosureAt: T0,
    tlp: 'AMBER',
    usePermissions: ['read'],
  } as const;
  const { alert } = await draftAlert(context, author, programme, input, now);
  const { artifact, slots } = await addArtifact(
    context,
    author,
    alert,
    null,
    {
      kind: 'advisory',
      variant: 'full',
      format: 'text',
      marking: 'full',
      name: 'advisory.txt',
      content: Buffer.from(text),
      sidecar,
      reducedBy: null,
      sourcePublishedAt: null,
    },
    now,
  );
  if (slots !== SLOTS) throw new Error(`expected ${SLOTS} slots, found ${slots}`);
  await approve(house, alert);
  clock.set(plus(T0, -14 * DAY_MS));
  await house.cycle();
  return { alert: alert as AlertId, artifact };
}

/** 20 KB of lines, 120 of them with a word that may change. */
function document(): { text: string; sidecar: string } {
  const lines: string[] = [];
  const alternates: string[] = [];
  for (let n = 0; n < SLOTS; n++) {
    lines.push(`Section ${n}: the vendor shows item${n} to the operator of the affected service.`);
    alternates.push(
      `  - { text: "shows item${n} to", other: "gives item${n} to", family: phrase }`,
    );
    lines.push(
      'It says how traffic of that form is found, and what to do about it until the update.',
    );
  }
  let text = `${lines.join('\n')}\n`;
  text = text.padEnd(BYTES - 1, 'x y z ').concat('\n');
  return { text: text.slice(0, BYTES), sidecar: `alternates:\n${alternates.join('\n')}\n` };
}

function bareSealing(text: string, sidecar: string, artifact: ArtifactId): (n: number) => void {
  const { table } = freezeSlots({
    artifact,
    version: 1,
    format: 'text',
    text,
    sidecar: parseSidecar(sidecar),
    earlier: [],
  });
  const splicer = compileTable(Buffer.from(text), table);
  const code = compileCode(randomBytes(32), table.slots);
  const readers = Array.from({ length: CLIENTS }, () => ({
    id: crypto.randomUUID(),
    recipient: generateIdentity().recipient,
  }));
  return (n) => {
    const reader = readers[n % CLIENTS];
    if (!reader) return;
    const content = splice(splicer, markBits(code, reader.id, reader.id), () => Buffer.alloc(32));
    seal([reader.recipient], content);
  };
}

/** Asks the client process for one round and waits for its figures. */
async function clientRound(client: ChildProcess): Promise<Round> {
  return new Promise((resolve) => {
    let text = '';
    const onData = (chunk: Buffer) => {
      text += chunk.toString();
      if (!text.endsWith('\n')) return;
      client.stdout?.off('data', onData);
      resolve(JSON.parse(text) as Round);
    };
    client.stdout?.on('data', onData);
    client.stdin?.write('go\n');
  });
}

/** Clients as light as can be: they share the machine's two cores with what is measured. */
function clientLoop(task: Task): void {
  const { hostname, port } = new URL(task.url);
  const sockets = task.tokens.map(() => connect(Number(port), hostname).setNoDelay());
  process.stdin.on('data', () => {
    const start = performance.now();
    const latencies: number[] = [];
    const worker = async (socket: Socket, token: string) => {
      const lines = [`GET ${task.path} HTTP/1.1`, `host: ${hostname}`];
      const asked = [...lines, `authorization: Bearer ${token}`, '', ''].join('\r\n');
      while (performance.now() - start < ROUND_MS) {
        const before = performance.now();
        await fetchOnce(socket, asked);
        latencies.push(performance.now() - before);
      }
    };
    const all = sockets.map((socket, n) => worker(socket, task.tokens[n] ?? ''));
    void Promise.all(all).then(() => {
      const ms = performance.now() - start;
      process.stdout.write(`${JSON.stringify({ copies: latencies.length, ms, latencies })}\n`);
    });
  });
  process.stdin.on('end', () => {
    for (const socket of sockets) socket.destroy();
  });
}

const HEAD_END = '\r\n\r\n';

/** One request on a kept connection: its status must be 200, and all of its body must come. */
async function fetchOnce(socket: Socket, asked: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let left = -1;
    const onData = (chunk: Buffer) => {
      if (left < 0) {
        const end = chunk.indexOf(HEAD_END);
        const head = chunk.toString('latin1', 0, end);
        const length = /content-length: (\d+)/i.exec(head)?.[1];
        if (!head.startsWith('HTTP/1.1 200 ') || length === undefined) {
          reject(new Error(`expected 200 with a length, found ${head.slice(0, 40)}`));
          return;
        }
        left = Number(length) - (chunk.length - end - HEAD_END.length);
      } else {
        left -= chunk.length;
      }
      if (left > 0) return;
      socket.off('data', onData);
      resolve();
    };
    socket.on('data', onData);
    socket.write(asked);
  });
}
