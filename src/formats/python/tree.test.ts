import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TocsinError } from '../../domain/errors.ts';
import { contentEnd, type PythonNode, parsePython } from './tree.ts';

const SCRIPTS = join(import.meta.dirname, '../../../testdata/scripts');

function all(node: PythonNode): PythonNode[] {
  return [node, ...node.children.flatMap(all)];
}

test('every node stands where its range says, within its parent, after its sibling', () => {
  for (const name of readdirSync(SCRIPTS).filter((file) => file.endsWith('.py'))) {
    const text = readFileSync(join(SCRIPTS, name), 'utf8');
    const { root, tokens, comments } = parsePython(text);
    for (const { start, end, text: own, children } of all(root)) {
      assert.equal(text.slice(start, end), own);
      for (const [index, child] of children.entries()) {
        assert.ok(child.start >= (children[index - 1]?.end ?? start) && child.end <= end, name);
      }
    }
    assert.ok(tokens.length > 100);
    assert.ok(comments.every((comment) => comment.text.startsWith('#')));
    assert.ok(tokens.every((token) => token.name !== 'Comment' && token.children.length === 0));
  }
});

test('a block ends with its last token, not with the line break or a comment after it', () => {
  const { root } = parsePython('def f():\n    a = 1  # why\n    # below\n\nb = 2\n');
  const [first] = root.children;
  assert.ok(first);
  assert.equal(root.text.slice(0, contentEnd(first)), 'def f():\n    a = 1');
});

test('a text that is no Python is refused, with the line', () => {
  for (const [text, line] of [
    ['a = 1\nif a\n  b = 2\n', 2],
    ['(\n', 2],
    ['#!/bin/sh\nset -e\nif [ -f x ]; then echo y; fi\n', 3],
    ['<?php echo 1;', 1],
  ] as const) {
    assert.throws(
      () => parsePython(text),
      (error) =>
        error instanceof TocsinError &&
        error.code === 'INVALID_INPUT' &&
        error.message.includes(`line ${line}`),
      text,
    );
  }
});

test('what is nested without end is refused, and breaks nothing', () => {
  const nested = (levels: number) => `a = ${'('.repeat(levels)}1${')'.repeat(levels)}\n`;
  assert.ok(parsePython(nested(150)));
  assert.throws(() => parsePython(nested(300)), /at most 200 levels/);
  assert.throws(() => parsePython(nested(50_000)), TocsinError);
});
