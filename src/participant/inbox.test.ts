import assert from 'node:assert/strict';
import { test } from 'node:test';
import { json, PaperIssuer } from '../../tests/support/paper-issuer.ts';
import { joinedReader } from '../../tests/support/paper-reader.ts';
import { inbox, inboxAlert } from './inbox.ts';

test('all pages are read, by the cursor as it came', async () => {
  const issuer = new PaperIssuer();
  const { session } = await joinedReader(issuer);
  const [alert] = await inbox(session);
  const pages = [
    { items: [alert, alert], next: 'abc+/=' },
    { items: [], next: 'def' },
    { items: [alert], next: null },
  ];
  issuer.asked.length = 0;
  issuer.instead = () => Promise.resolve(json(pages.shift()));
  assert.equal((await inbox(session)).length, 3);
  assert.deepEqual(
    issuer.asked.map(({ path }) => path),
    ['/v1/inbox', '/v1/inbox?cursor=abc%2B%2F%3D', '/v1/inbox?cursor=def'],
  );
});

test('a list without an end is left', async () => {
  const issuer = new PaperIssuer();
  const { session } = await joinedReader(issuer);
  issuer.instead = () => Promise.resolve(json({ items: [], next: 'again' }));
  await assert.rejects(inbox(session), { code: 'LIMIT_EXCEEDED' });
});

test('an alert is read as the inbox shows it', async () => {
  const issuer = new PaperIssuer();
  const { session } = await joinedReader(issuer);
  assert.deepEqual([await inboxAlert(session, issuer.alert)], await inbox(session));
});
