import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why tests with GnuPG are skipped here; false where they are not. */
export const NO_GPG =
  spawnSync('gpg', ['--version']).status === 0 ? false : 'not on PATH: gpg (GnuPG)';

/** A keyring of its own, with keys without a passphrase. */
export type Keyring = {
  /** Arguments that make gpg use it, at the time of the test. */
  readonly args: readonly string[];
  /** Runs gpg; its output. @throws when it fails. */
  run(args: readonly string[], input?: Uint8Array): Buffer;
  /** Makes a key; its fingerprint. */
  make(user: string, ...kind: string[]): string;
  remove(): void;
};

/** @param at ISO 8601, what gpg takes for now. */
export function openKeyring(at: string): Keyring {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-gpg-'));
  chmodSync(folder, 0o700);
  const time = new Date(at).toISOString().replace(/[-:]|\.\d+Z/g, '');
  const args = ['--homedir', folder, '--faked-system-time', `${time}!`];
  const run = (more: readonly string[], input?: Uint8Array): Buffer => {
    const quiet = ['--no-options', '--batch', '--quiet', '--pinentry-mode', 'loopback'];
    const { status, stdout, stderr } = spawnSync(
      'gpg',
      [...args, ...quiet, '--passphrase', '', ...more],
      { input: input ?? Buffer.alloc(0), maxBuffer: 2 ** 28 },
    );
    if (status !== 0) throw new Error(`gpg ${more.join(' ')}: ${stderr.toString()}`);
    return stdout;
  };
  return {
    args,
    run,
    make(user, ...kind) {
      run(['--quick-gen-key', user, ...kind]);
      const listed = run(['--list-keys', '--with-colons', `=${user}`]).toString();
      const [, fingerprint = ''] = /^fpr:+([0-9A-F]{40}):/m.exec(listed) ?? [];
      return fingerprint;
    },
    remove() {
      spawnSync('gpgconf', ['--homedir', folder, '--kill', 'all']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
