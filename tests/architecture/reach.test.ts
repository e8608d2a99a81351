import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { askedIn, reachedFiles, strayFiles, UNREACHED } from './reach.ts';
import { expectNone, readSources, type SourceFile } from './sources.ts';

test('every file of src/ is reached from a program, or the list says why it is not', () => {
  expectNone(strayFiles(readSources(['src']), UNREACHED));
});

suite('the tests of these tests', () => {
  const file = (path: string, text = ''): SourceFile => ({ path: `src/${path}`, text });
  const program = file('cli/tocsin.ts', `await import('./serve.ts'); // import './dead.ts'`);
  const serve = file('cli/serve.ts', `new URL('./task-thread.ts', import.meta.url)`);
  const thread = file('cli/task-thread.ts', `import type { T } from '../domain/t.ts';`);
  const domain = file('domain/t.ts', `import '../domain/errors.ts'; export type T = string;`);
  const errors = file('domain/errors.ts');
  const reader = file('cli/tocsin-reader.ts');
  const all = [program, serve, thread, domain, errors, reader];

  test('what is imported, what is started as a thread and what threads import is reached', () => {
    assert.deepEqual([...reachedFiles(all)].sort(), all.map(({ path }) => path).sort());
    assert.deepEqual(strayFiles(all, {}), []);
  });

  test('a file that nothing or only a test reaches fails, until the list names it', () => {
    const dead = file('cli/dead.ts', 'export const dead = 1;');
    const tried = file('cli/dead.test.ts', `import './dead.ts';`);
    const idle = file('cli/idle-thread.ts', `import './dead.ts';`);
    const more = [...all, dead, tried];
    assert.match(strayFiles(more, {}).join(), /^src\/cli\/dead\.ts: no program reaches it/);
    assert.deepEqual(strayFiles(more, { 'src/cli/dead.ts': 'why' }), []);
    assert.equal(strayFiles([...more, idle], {}).length, 2, 'a thread that nobody starts');
    assert.deepEqual(strayFiles([...all, file('formats/package.d.ts')], {}), []);
  });

  test('a file that the list names fails once it is reached, or gone', () => {
    assert.match(strayFiles(all, { 'src/domain/t.ts': 'why' }).join(), /a program reaches it/);
    assert.match(strayFiles(all, { 'src/domain/u.ts': 'why' }).join(), /not there/);
  });

  test('asked is what a reached file names beside its declaration', () => {
    const asked = (...files: SourceFile[]) =>
      askedIn([program, ...files])({ path: 'src/cli/x.ts', symbol: 'rule' });
    const x = file('cli/x.ts', 'export function rule() {}');
    const named = `import { rule } from './x.ts'; rule();`;
    assert.equal(asked(x, file('cli/serve.ts', named)), true);
    assert.equal(asked(file('cli/serve.ts', `import './x.ts';`), x), false, 'its file only');
    assert.equal(asked(x, file('cli/serve.ts'), file('cli/y.ts', named)), false, 'not reached');
    const own = file('cli/x.ts', 'function rule() {} export const all = [rule];');
    assert.equal(asked(own, file('cli/serve.ts', `import './x.ts';`)), true);
    const alike = file('cli/serve.ts', `import './x.ts'; import './z.ts'; // rule`);
    assert.equal(
      asked(x, alike, file('cli/z.ts', 'const rule = 1;')),
      false,
      'another of the name',
    );
  });
});
