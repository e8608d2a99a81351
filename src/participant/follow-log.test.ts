import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import {
  json,
  PaperIssuer,
  problem,
  START,
  TICK_MS,
  URL_OF_ISSUER,
} from '../../tests/support/paper-issuer.ts';
import { joinedReader } from '../../tests/support/paper-reader.ts';
import { openMemberApi } from './api.ts';
import { type Follower, followLog, keptCheckpoint, watchLog } from './follow-log.ts';
import { loadMember, type Session } from './session.ts';

let issuer: PaperIssuer;
let session: Session;
let follower: Follower;
beforeEach(async () => {
  issuer = new PaperIssuer();
  ({ session } = await joinedReader(issuer));
  const member = await loadMember(session);
  follower = { home: session.home, api: openMemberApi(session, member), keys: member.keys };
});

const kept = () => keptCheckpoint(session.home, issuer.keys);

function tick(count: number): void {
  for (let i = 0; i < count; i++) issuer.tick(START + issuer.size * TICK_MS);
}

test('the first checkpoint is kept, later ones only as its continuation', async () => {
  tick(1);
  assert.deepEqual(await watchLog(session), { size: 1, from: null });
  for (const size of [2, 3, 4, 7, 8, 15]) {
    tick(size - ((await kept())?.checkpoint.size ?? 0));
    const from = (await kept())?.checkpoint.size;
    assert.deepEqual(await watchLog(session), { size, from });
    assert.equal((await kept())?.note, issuer.checkpoint());
  }
  assert.deepEqual(await watchLog(session), { size: 15, from: 15 });
});

test('an answer on its way while another process keeps a newer one is no rollback', async () => {
  tick(2);
  await watchLog(session);
  const before = await kept();
  tick(1);
  const onItsWay = issuer.checkpoint();
  tick(2);
  await watchLog(session);
  assert.deepEqual(await followLog(follower, before, onItsWay), { size: 3, from: 2 });
  assert.equal((await kept())?.checkpoint.size, 5, 'the newer one stays');
});

test('an answer that fits what was kept before, but not now, is another history', async () => {
  tick(2);
  await watchLog(session);
  const before = await kept();
  const fork = issuer.sibling();
  tick(2);
  await watchLog(session);
  fork.tick(START);
  fork.tick(START);
  fork.tick(START);
  await assert.rejects(followLog(follower, before, fork.checkpoint()), {
    code: 'LEDGER_TAMPERED',
  });
});

test('a fork of the same size is found without a proof', async () => {
  tick(3);
  await watchLog(session);
  const fork = issuer.sibling();
  for (let i = 0; i < 3; i++) fork.tick(START + 7);
  issuer.instead = fork.answerInstead;
  await assert.rejects(watchLog(session), { code: 'LEDGER_TAMPERED' });
  assert.ok(await session.home.read('evidence/log-3-3/newer.txt'));
});

test('a log whose time stood still or ran back is refused, with what shows it', async () => {
  for (const at of [START + TICK_MS, START]) {
    issuer = new PaperIssuer();
    ({ session } = await joinedReader(issuer));
    tick(2);
    await watchLog(session);
    const before = await kept();
    issuer.tick(START + 9 * TICK_MS);
    issuer.tick(at);
    await assert.rejects(watchLog(session), { code: 'LEDGER_TAMPERED', message: /time/ });
    assert.deepEqual(await kept(), before);
    const shown = await session.home.read('evidence/log-2-4/growth.json');
    assert.match(shown?.toString() ?? '', new RegExp(`"at": ?${at}`));
  }
});

test('a last tick that is not in the log, or of another place in it, is no proof', async () => {
  tick(3);
  await watchLog(session);
  tick(4);
  const honest = await session.fetch(`${URL_OF_ISSUER}/v1/log/consistency?from=3&to=7`, {});
  type Tick = { tick: number; at: number; root: string; logProof: string[] };
  const { ticks, ...rest } = (await honest.json()) as { ticks: [Tick, Tick] };
  const [first, last] = ticks;
  for (const instead of [
    [],
    [first],
    [last, last],
    [first, first],
    [{ ...first, at: first.at - 1 }, last],
    [first, { ...last, at: last.at + 1 }],
    [first, { ...last, tick: 5 }],
    [first, { ...last, root: '00'.repeat(32) }],
    [first, { ...last, logProof: [] }],
    [first, { ...last, logProof: Array.from({ length: 1000 }, () => '00'.repeat(32)) }],
  ]) {
    const answer = { ...rest, ticks: instead };
    issuer.instead = (path) =>
      path.includes('consistency') ? Promise.resolve(json(answer)) : null;
    await assert.rejects(watchLog(session), { code: 'LEDGER_TAMPERED' });
  }
  issuer.instead = () => null;
  assert.equal((await watchLog(session)).size, 7);
});

test('a proof of consistency that is none, or refused, is a tampered log', async () => {
  tick(3);
  await watchLog(session);
  const before = await kept();
  tick(4);
  for (const answer of [
    () => json({ proof: [] }),
    () => json({ proof: ['00'.repeat(32)] }),
    () => json({ proof: ['zz'] }),
    () => json({ proof: Array.from({ length: 1000 }, () => '00'.repeat(32)) }),
    () => json(null),
    () => problem(400, 'to: expected at most 3'),
  ]) {
    issuer.instead = (path) => (path.includes('consistency') ? Promise.resolve(answer()) : null);
    await assert.rejects(watchLog(session), { code: 'LEDGER_TAMPERED' });
    assert.deepEqual(await kept(), before);
  }
});

test('no answer to the question of consistency accuses nobody', async () => {
  tick(3);
  await watchLog(session);
  tick(1);
  issuer.instead = (path) =>
    path.includes('consistency') ? Promise.resolve(problem(502, 'bad gateway')) : null;
  await assert.rejects(watchLog(session), { code: 'STORE_UNAVAILABLE' });
  assert.equal(await session.home.read('evidence/log-3-4/newer.txt'), null);
});

test('a checkpoint by another key is not even compared', async () => {
  tick(3);
  await watchLog(session);
  const stranger = new PaperIssuer();
  stranger.tick(START);
  issuer.instead = stranger.answerInstead;
  await assert.rejects(watchLog(session), { code: 'SIGNATURE_INVALID' });
});

test('an empty log is refused, so that nothing can be kept that proves nothing', async () => {
  await assert.rejects(watchLog(session), { code: 'INVALID_INPUT' });
  assert.equal(await kept(), null);
});

test('a kept checkpoint that was altered is named', async () => {
  tick(1);
  await watchLog(session);
  await session.home.write('checkpoint.txt', issuer.checkpoint().replace('1\n', '2\n'));
  await assert.rejects(watchLog(session), {
    code: 'SIGNATURE_INVALID',
    message: /^home\/checkpoint\.txt: /,
  });
});
