import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TocsinError } from '../domain/errors.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

const id = fc.uuid({ version: 4 });
const list = fc.stringMatching(/^[a-z]{1,12}$/);

function refused(read: () => unknown): void {
  assert.throws(read, (error) => error instanceof TocsinError && error.code === 'INVALID_INPUT');
}

test('a cursor comes back as the id it was made of', () => {
  fc.assert(
    fc.property(list, id, (name, after) => {
      const cursor = encodeCursor(name, after);
      assert.match(cursor, /^[A-Za-z0-9_-]+$/);
      assert.equal(decodeCursor(name, cursor), after);
    }),
  );
});

test("another list's cursor, an altered one and any other text are refused", () => {
  fc.assert(
    fc.property(id, fc.string(), fc.json(), (after, text, json) => {
      refused(() => decodeCursor('inbox', encodeCursor('alerts', after)));
      refused(() => decodeCursor('inbox', encodeCursor('inbox', `${after}'`)));
      refused(() => decodeCursor('inbox', text));
      refused(() => decodeCursor('inbox', Buffer.from(json).toString('base64url')));
    }),
  );
  const later = Buffer.from('[2,"inbox","x"]').toString('base64url');
  refused(() => decodeCursor('inbox', later));
});
