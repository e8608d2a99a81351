import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { ERROR_CODES, TocsinError } from '../domain/errors.ts';
import { type AdminRequest, runAdmin } from './admin.ts';
import { systemClock } from './clock.ts';
import { compose } from './compose.ts';

/** Longest path of a Unix socket in bytes: macOS takes 103, Linux 107. */
const MAX_SOCKET_PATH = 103;

/**
 * The operator's socket of a data folder: health, metrics, and these requests.
 * @throws CONFIG_INVALID when the system could not open one there.
 */
export function operatorSocketOf({ dataDir }: Config): string {
  const path = join(dataDir, 'operator.sock');
  const bytes = Buffer.byteLength(path);
  if (bytes <= MAX_SOCKET_PATH) return path;
  throw new TocsinError(
    'CONFIG_INVALID',
    `TOCSIN_DATA: expected a path short enough for a socket in it (${MAX_SOCKET_PATH} bytes with ` +
      `its name), found ${bytes}`,
    { field: 'TOCSIN_DATA' },
  );
}

export const ADMIN_PATH = '/admin';

export type Administered = { readonly answer: unknown; readonly notes: readonly string[] };

/**
 * Has a request done: by the Tocsin that serves this data folder, else by ourselves, on the data
 * folder itself. Two at once cannot harm: the second one finds the data folder taken.
 * @throws as `runAdmin` and `compose`.
 */
export async function administer(config: Config, request: AdminRequest): Promise<Administered> {
  const answered = await askServing(operatorSocketOf(config), request);
  if (answered !== null) return { answer: answered.value, notes: [] };
  const clock = systemClock();
  const parts = await compose(config, { clock });
  try {
    const answer = await runAdmin(parts.context, request, clock.now());
    return { answer, notes: parts.notes };
  } finally {
    await parts.stop();
  }
}

/**
 * Pins the database of a data folder whose pin was lost, and which therefore nobody serves.
 * @throws as `replaceLostPin` and `compose`.
 */
export async function pinLedger(config: Config, ticks: number): Promise<readonly string[]> {
  const parts = await compose(config, { clock: systemClock(), lostPin: ticks });
  await parts.stop();
  return parts.notes;
}

/** Nobody listens there: no such socket, or one that a killed process left behind. */
const NOBODY = ['ENOENT', 'ECONNREFUSED'];

async function askServing(
  socketPath: string,
  request: AdminRequest,
): Promise<{ readonly value: unknown } | null> {
  const body = JSON.stringify(request);
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const sent = httpRequest(
      { socketPath, path: ADMIN_PATH, method: 'POST', headers },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.on('error', reject);
        answer.on('end', () => {
          const ok = answer.statusCode === 200;
          if (ok) resolve({ value: JSON.parse(text) });
          else reject(refusal(text));
        });
      },
    );
    sent.on('error', (error) => {
      if ('code' in error && NOBODY.includes(String(error.code))) resolve(null);
      else reject(error);
    });
    sent.end(body);
  });
}

function refusal(text: string): TocsinError {
  const problem: unknown = JSON.parse(text);
  if (typeof problem !== 'object' || problem === null) return unclear();
  const { code, detail, field }: { code?: unknown; detail?: unknown; field?: unknown } = problem;
  const known = ERROR_CODES.find((candidate) => candidate === code);
  if (known === undefined || typeof detail !== 'string') return unclear();
  return new TocsinError(known, detail, typeof field === 'string' ? { field } : {});
}

function unclear(): TocsinError {
  return new TocsinError('INTERNAL', 'operator socket: expected a problem document, found other');
}
