import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireOpened } from './gpg.ts';

test('an exit status of 0 alone does not say that data are whole', () => {
  const opened = ['DECRYPTION_OKAY', 'GOODMDC'];
  requireOpened({ status: 0, said: opened });
  for (const [status, said] of [
    [0, []],
    [0, ['DECRYPTION_OKAY']],
    [0, ['GOODMDC']],
    [0, [...opened, 'BADMDC']],
    [2, opened],
    [-1, opened],
  ] as const) {
    assert.throws(() => requireOpened({ status, said }), { code: 'SEAL_TAMPERED' });
  }
  assert.throws(() => requireOpened({ status: 2, said: ['NO_SECKEY'] }), { code: 'SEAL_NO_MATCH' });
});

test('without gpg on PATH the error says what to install, or what else to do', (t) => {
  const empty = mkdtempSync(join(tmpdir(), 'tocsin-no-gpg-'));
  t.after(() => rmSync(empty, { recursive: true }));
  const script = `import { gpg } from ${JSON.stringify(join(import.meta.dirname, 'gpg.ts'))};
    await gpg().exportKey('00').catch(({ code, message }) => console.log(code, message));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: empty },
  });
  assert.match(stdout.toString(), /^UNSUPPORTED gpg: expected GnuPG on PATH.*apt install gnupg/);
  assert.match(stdout.toString(), /without --openpgp/);
});
