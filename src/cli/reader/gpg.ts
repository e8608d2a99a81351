import { spawn } from 'node:child_process';
import { TocsinError } from '../../domain/errors.ts';
import type { OpenpgpTool } from '../../participant/openpgp-tool.ts';

/** What gpg did: its status, its output, and what it said of it (doc/DETAILS of GnuPG). */
type Ran = { readonly status: number; readonly output: Buffer; readonly said: readonly string[] };

/** Most of a public key with all that others have signed on it. */
const MAX_KEY_BYTES = 32 * 1024 * 1024;
const MAX_SIGNATURE_BYTES = 64 * 1024;
const MAX_SAID = 256 * 1024;

/**
 * The member's own GnuPG, found on PATH. Secret keys stay with its agent or on a card, which ask
 * for the passphrase themselves. All goes through pipes: no plaintext is written anywhere.
 * @param before arguments before all others, such as another `--homedir`.
 */
export function gpg(before: readonly string[] = []): OpenpgpTool {
  const run = (args: readonly string[], input: Uint8Array, most: number) =>
    // Without its configuration, in which integrity may have been made no condition.
    runGpg(
      [...before, '--no-options', '--batch', '--no-tty', '--status-fd', '2', ...args],
      input,
      most,
    );
  return {
    async exportKey(fingerprint) {
      const args = ['--export-options', 'export-minimal', '--export', fingerprint];
      const { status, output } = await run(args, new Uint8Array(), MAX_KEY_BYTES);
      if (status === 0 && output.length > 0) return output;
      throw new TocsinError('NOT_FOUND', `gpg: expected a key ${fingerprint}, found none`);
    },
    async sign(fingerprint, message) {
      // With the mark it is this key or subkey, and no other of the same owner.
      const args = ['--local-user', `${fingerprint}!`, '--digest-algo', 'SHA512', '--detach-sign'];
      const { status, output, said } = await run(args, message, MAX_SIGNATURE_BYTES);
      if (status === 0 && said.includes('SIG_CREATED')) return output;
      throw new TocsinError(
        'KEY_INVALID',
        `gpg: expected a signature by key ${fingerprint}, found status ${status}: is its secret ` +
          'part here, or its card in, and was the passphrase given?',
      );
    },
    async decrypt(message, most) {
      const ran = await run(['--decrypt'], message, most);
      requireOpened(ran);
      return ran.output;
    },
  };
}

/**
 * @throws SEAL_NO_MATCH without the secret key; SEAL_TAMPERED unless gpg says that the data are
 *   whole: an exit status of 0 does not say that.
 */
export function requireOpened({ status, said }: Omit<Ran, 'output'>): void {
  if (said.includes('NO_SECKEY')) {
    throw new TocsinError('SEAL_NO_MATCH', 'gpg: expected the secret key, found none of it here');
  }
  const whole = said.includes('DECRYPTION_OKAY') && said.includes('GOODMDC');
  if (status === 0 && whole && !said.includes('BADMDC')) return;
  throw new TocsinError(
    'SEAL_TAMPERED',
    `gpg: expected data that are whole, with integrity protection, found status ${status}` +
      `${said.includes('DECRYPTION_OKAY') ? ' and no such protection' : ''}`,
  );
}

function runGpg(args: readonly string[], input: Uint8Array, most: number): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn('gpg', args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    let length = 0;
    child.stdout.on('data', (bytes: Buffer) => {
      length += bytes.length;
      if (length <= most) output.push(bytes);
      else child.kill();
    });
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => {
      if (said.length < MAX_SAID) said += bytes.toString('latin1');
    });
    // It may end before it has read all, for a reason that it tells.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', (cause) => reject(notThere(cause)));
    child.on('close', (status) => {
      if (length > most) {
        const expected = `gpg: expected at most ${most} bytes, found more`;
        reject(new TocsinError('LIMIT_EXCEEDED', expected));
      } else {
        resolve({ status: status ?? -1, output: Buffer.concat(output), said: statusWords(said) });
      }
    });
  });
}

/** The keyword of each status line; lines for people begin otherwise. */
function statusWords(said: string): string[] {
  return [...said.matchAll(/^\[GNUPG:\] ([A-Z_]+)/gm)].map(([, word = '']) => word);
}

function notThere(cause: Error): TocsinError {
  return new TocsinError(
    'UNSUPPORTED',
    'gpg: expected GnuPG on PATH, found none that starts. Install it (Debian: apt install gnupg; ' +
      'macOS: brew install gnupg; Windows: Gpg4win), or join with an age key, without --openpgp',
    { cause },
  );
}
