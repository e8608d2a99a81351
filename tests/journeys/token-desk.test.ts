import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { actorOf } from '../../src/programme/act.ts';
import { authenticate, hashToken } from '../../src/programme/people/people.ts';
import { openTokenDesk } from '../../src/programme/token-desk.ts';
import type { Store } from '../../src/store/database.ts';
import { revokeTokens } from '../../src/store/token-store.ts';
import { admit, type House, joinReader, openHouse } from '../support/house.ts';

let house: House;
const tokens: string[] = [];
before(async () => {
  house = await openHouse();
  const participant = await admit(house, 'Firm', { tier: 'validate' });
  for (let n = 0; n < 3; n++) tokens.push((await joinReader(house, participant)).token);
});
after(() => house.tearDown());

/** The house's store, that counts lookups and fails the first `broken` of them. */
function counting(broken = 0): { store: Store; asked: () => number } {
  let asked = 0;
  const { store } = house.context;
  const lookup: Store['lookup'] = (statement) => {
    asked += 1;
    return asked <= broken ? Promise.reject(new Error('broken')) : store.lookup(statement);
  };
  return { store: { ...store, lookup }, asked: () => asked };
}

test('requests that come together are looked up together, each with its own holder', async () => {
  const { store, asked } = counting();
  const desk = openTokenDesk(store);
  const many = Array.from({ length: 700 }, (_, n) => tokens[n % 4] ?? `unknown ${n}`);
  const found = await Promise.all(many.map((token) => desk.holder(hashToken(token))));
  assert.ok(asked() <= 6, `${asked()} lookups`);
  for (const [n, one] of found.entries()) {
    const alone = await desk.holder(hashToken(many[n] ?? ''));
    assert.deepEqual(one, alone);
    assert.equal(one === null, n % 4 === 3);
  }
  assert.equal(new Set(found.map((one) => one?.id)).size, 4);
});

test('a lookup that fails fails those who asked, and the next are served', async () => {
  const desk = openTokenDesk(counting(1).store);
  const first = desk.holder(hashToken(tokens[0] ?? ''));
  const second = desk.holder(hashToken(tokens[1] ?? ''));
  await assert.rejects(first, { message: 'broken' });
  assert.ok(await second);
  assert.ok(await desk.holder(hashToken(tokens[0] ?? '')));
});

test('a lookup that hangs keeps nobody out who comes later', async () => {
  const { store } = house.context;
  let asked = 0;
  const hanging: Store['lookup'] = (statement) => {
    asked += 1;
    return asked === 1 ? new Promise(() => undefined) : store.lookup(statement);
  };
  const desk = openTokenDesk({ ...store, lookup: hanging });
  void desk.holder(hashToken(tokens[0] ?? ''));
  assert.ok(await desk.holder(hashToken(tokens[1] ?? '')));
  assert.ok(await desk.holder(hashToken(tokens[2] ?? '')));
});

test('a token revoked between two requests is dead at the second', async () => {
  const token = tokens[2] ?? '';
  const caller = await authenticate(house.context, token, house.clock.now());
  assert.ok(caller.kind === 'reader');
  await house.context.store.issuer((tx) =>
    revokeTokens(tx, caller, actorOf(house.author), house.clock.now()),
  );
  await assert.rejects(authenticate(house.context, token, house.clock.now()), {
    code: 'UNAUTHENTICATED',
  });
});
