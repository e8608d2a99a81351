import assert from 'node:assert/strict';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { ParticipantId } from '../../src/domain/ids.ts';
import { DAY_MS, plus } from '../../src/domain/instant.ts';
import { compose, type Parts } from '../../src/main/compose.ts';
import { SYSTEM } from '../../src/programme/act.ts';
import { changeDoubt, changeStanding } from '../../src/programme/member/change-participant.ts';
import { endTokens } from '../../src/programme/people/manage-tokens.ts';
import type { Ear } from '../../src/store/ear.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import {
  admit,
  configFor,
  type House,
  joinReader,
  openHouse,
  openSite,
  type Site,
  T0,
  type TestReader,
} from '../support/house.ts';
import { sizedAlert } from '../support/sized-alert.ts';

/** More than the system takes from us for a peer that does not read. */
const LARGE = 12 * 1024 * 1024;
/** What it takes whole, and the peer's own system does not. */
const SMALL = 300 * 1024;

describe('what is under way to a suspended participant ends', () => {
  let site: Site;
  let house: House;
  let elsewhere: Parts;
  let edge: Edge;
  let ear: Ear;
  let path: string;
  let small: string;
  let participant: ParticipantId;
  let reader: TestReader;
  let other: TestReader;
  let sockets: Socket[];
  let heard: string[] = [];

  before(async () => {
    site = await openSite();
    house = await openHouse({ site });
    // Another process on the same database, as far as either can tell.
    elsewhere = await compose(configFor(site.dataDir, site.urls), { clock: house.clock });
    edge = openEdge(house);
    const { cut, cutReaders } = edge.deps.lines;
    ear = await house.context.store.hear({
      cut(holder) {
        cut(holder);
        heard.push(holder);
      },
      deaf() {
        cutReaders();
        heard.push('deaf');
      },
    });
    await edge.app.listen({ host: '127.0.0.1', port: 0 });
    const drafted = [await sizedAlert(house, LARGE), await sizedAlert(house, SMALL)];
    const paths = drafted.map((one) => `/v1/inbox/${one.alert}/artifacts/${one.artifact}/copy`);
    [path = '', small = ''] = paths;
    house.clock.set(plus(T0, -14 * DAY_MS));
    await house.cycle();
  });
  after(async () => {
    await edge.app.close();
    await ear.close();
    await elsewhere.stop();
    await house.context.store.close();
    await site.tearDown();
  });
  beforeEach(async ({ name }) => {
    sockets = [];
    heard = [];
    participant = await admit(house, `Firm: ${name}`.slice(0, 190), { tier: 'validate' });
    reader = await joinReader(house, participant);
    const apart = await admit(house, `Apart: ${name}`.slice(0, 190), { tier: 'validate' });
    other = await joinReader(house, apart);
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
  });

  const suspend = () =>
    changeStanding(
      elsewhere.context,
      house.approver,
      house.programme,
      participant,
      { to: 'suspended', reason: 'breach_suspected' },
      house.clock.now(),
    );

  /** A reader that has got the beginning of a copy and reads no more for now. */
  async function begun(token: string, what = path, more = ''): Promise<Stalled> {
    const { port } = edge.app.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    const stalled = { socket, head: '', bytes: 0, ended: false };
    const first = new Promise<void>((resolve, reject) => {
      socket.on('data', (chunk: Buffer) => {
        if (stalled.head === '') {
          stalled.head = chunk.toString('latin1').split('\r\n\r\n')[0] ?? '';
          stalled.bytes -= stalled.head.length + 4;
          socket.pause();
          resolve();
        }
        stalled.bytes += chunk.length;
      });
      socket.once('error', reject);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      stalled.ended = true;
    });
    socket.write(
      `GET ${what} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n${more}\r\n`,
    );
    await first;
    return stalled;
  }

  /** Reads on to the end of the copy, or of the connection. */
  async function rest(stalled: Stalled): Promise<'whole' | 'cut'> {
    const length = Number(/content-length: (\d+)/i.exec(stalled.head)?.[1]);
    assert.ok(length > SMALL, 'a copy and not a refusal');
    stalled.socket.resume();
    await until(() => stalled.ended || stalled.bytes >= length);
    return stalled.bytes === length ? 'whole' : 'cut';
  }

  const connections = () =>
    new Promise<number>((resolve, reject) =>
      edge.app.server.getConnections((error, n) => (error ? reject(error) : resolve(n))),
    );
  const untilLeft = (count: number) => until(async () => (await connections()) === count);

  test('a copy half read, by an act of another process; others lose nothing', async () => {
    const mine = await begun(reader.token);
    const theirs = await begun(other.token);
    await suspend();
    await untilLeft(1);
    assert.equal(await rest(mine), 'cut');
    assert.equal(await rest(theirs), 'whole');
    const again = await edge.get(path, reader.token);
    assert.equal(again.status, 404);
  });

  test('also where the peer asks us to close: the system is left nothing to send', async () => {
    const mine = await begun(reader.token, small, 'connection: close\r\n');
    const theirs = await begun(other.token, small, 'connection: close\r\n');
    // All of it is out of our hands but for the connection, which is not closed.
    await sleep(200);
    await suspend();
    await untilLeft(1);
    assert.equal(await rest(mine), 'cut');
    assert.equal(await rest(theirs), 'whole');
  });

  test('a connection that is idle and kept, on which a copy may still be on its way', async () => {
    const idle = await begun(reader.token);
    assert.equal(await rest(idle), 'whole');
    assert.equal(await connections(), 1);
    await suspend();
    await untilLeft(0);
  });

  test('a connection that a proxy uses for somebody else by now is theirs', async () => {
    const shared = await begun(reader.token);
    assert.equal(await rest(shared), 'whole');
    const next = `GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${other.token}\r\n\r\n`;
    const whole = shared.bytes * 2;
    shared.socket.write(next);
    await until(() => shared.bytes > whole / 2);
    shared.socket.pause();
    await suspend();
    await until(() => heard.includes(participant));
    shared.socket.resume();
    await until(() => shared.ended || shared.bytes >= whole);
    assert.ok(shared.bytes >= whole, 'the other reader has its whole copy');
  });

  test('a doubt of its confidentiality, and the end of one reader’s token', async () => {
    const colleague = await joinReader(house, participant);
    const ended = await begun(reader.token);
    const stays = await begun(colleague.token);
    const holder = { kind: 'reader', id: reader.caller.id } as const;
    await endTokens(elsewhere.context, holder, SYSTEM, house.clock.now());
    await untilLeft(1);
    assert.equal(await rest(ended), 'cut');
    assert.equal(stays.ended, false);
    const { context, approver, programme } = house;
    await changeDoubt(context, approver, programme, participant, true, house.clock.now());
    await untilLeft(0);
    assert.equal(await rest(stays), 'cut');
  });

  test('deaf, nothing is left under way; hearing again, a suspension ends it again', async () => {
    const mine = await begun(reader.token);
    const killed = await house.context.store.issuer(async (tx) => {
      const { rows } = await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where query in ('listen tocsin_cut', 'select 1') and pid <> pg_backend_pid()`.execute(tx);
      return rows.length;
    });
    assert.ok(killed > 0);
    await untilLeft(0);
    assert.equal(await rest(mine), 'cut');
    // Once when it was lost, and once when it was opened again.
    await until(() => heard.filter((each) => each === 'deaf').length >= 2);
    const again = await begun(reader.token);
    await suspend();
    await untilLeft(0);
    assert.equal(await rest(again), 'cut');
  });

  test('its copies are listed for the issuer, with what it says has become of them', async () => {
    await rest(await begun(reader.token));
    const url = `/v1/programmes/${house.programme}/participants/${participant}/copies`;
    const read = async () =>
      json<{ items: { reader: string; attested: { says: string } | null }[] }>(
        await edge.get(url, house.tokens.author),
      ).items;
    assert.deepEqual(
      (await read()).map((copy) => [copy.reader, copy.attested]),
      [[reader.caller.id, null]],
    );
    assert.equal((await edge.get(url, reader.token)).status, 403);
    const theirs = url.replace(participant, other.caller.participant);
    const none = await edge.get(theirs, house.tokens.author);
    assert.deepEqual(json(none), { items: [], next: null });
  });
});

/** No bound on time: a machine under load is slow. */
async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let looks = 0; !(await done()); looks++) {
    assert.ok(looks < 10_000, 'expected it to come');
    await sleep(5);
  }
}

type Stalled = { socket: Socket; head: string; bytes: number; ended: boolean };
