import { stat, statfs } from 'node:fs/promises';
import { connect } from 'node:tls';
import type { Config } from '../config/config.ts';
import { type Check, fault, ok, warning } from '../domain/checkup.ts';
import { TocsinError } from '../domain/errors.ts';
import { DAY_MS, type Instant } from '../domain/instant.ts';
import { administer } from './administer.ts';
import { refuseRepackagedNode } from './node-origin.ts';

const MIB = 1024 * 1024;
const LITTLE_MIB = 1024;
const TOO_LITTLE_MIB = 100;
/** Renewal by a machine happens well before. */
const SOON_DAYS = 14;
const TIMEOUT_MS = 10_000;

/**
 * Looks at an installation from its own machine: files, Node, certificate, and by the Tocsin that
 * serves it, or by ourselves, at its database. Changes nothing.
 * @param url where readers reach it; null: TLS is not looked at.
 */
export async function doctor(config: Config, url: URL | null, now: Instant): Promise<Check[]> {
  const checks = [node(), origin(config), listening(config, url), publicUrl(config, url)];
  checks.push(await masterKey(config), await space(config));
  if (url !== null) checks.push(await certificate(url, now));
  const { answer } = await administer(config, { verb: 'checkUp' });
  return [...checks, ...(answer as { readonly checks: Check[] }).checks];
}

function node(): Check {
  try {
    refuseRepackagedNode(process.execPath);
    return ok('node', process.version);
  } catch (error) {
    if (!(error instanceof TocsinError)) throw error;
    return warning('node', `${process.version}, repackaged`, 'install Node from nodejs.org');
  }
}

function origin({ origin: name }: Config): Check {
  if (!name.startsWith('tocsin.invalid')) return ok('origin', name);
  return fault(
    'origin',
    name,
    'set TOCSIN_ORIGIN to a name of your own before the first reader joins: readers pin it',
  );
}

function listening({ listen }: Config, url: URL | null): Check {
  const { host, port } = listen;
  const where = `${host}:${port}`;
  const loopback = host === 'localhost' || host === '::1' || host.startsWith('127.');
  if (!loopback) {
    return warning('listen', where, 'this is plain HTTP: listen on loopback, behind a TLS proxy');
  }
  if (url !== null) return ok('listen', where);
  return warning('tls', 'not looked at', 'tocsin doctor --url https://…, as readers reach it');
}

/** Readers sign the host that they ask, and the server takes its own alone. */
function publicUrl({ site }: Config, url: URL | null): Check {
  const what = 'public url';
  if (url !== null && url.host !== new URL(site.origin).host) {
    const remedy = `set TOCSIN_PUBLIC_URL: what readers sign for ${url.host} is refused`;
    return fault(what, site.told ? site.origin : 'not told', remedy);
  }
  if (site.told) return ok(what, site.origin);
  const remedy = 'set TOCSIN_PUBLIC_URL: signed requests are for this machine’s own names alone';
  return warning(what, 'not told', remedy);
}

async function masterKey({ masterKey: { file }, dataDir }: Config): Promise<Check> {
  const found = await stat(file).catch(() => null);
  if (found === null) {
    return fault('master key', 'none', 'restore it from its backup: docs/keys.md');
  }
  if ((found.mode & 0o077) !== 0) {
    return fault('master key', 'readable by others', 'chmod 600, and think of who has read it');
  }
  if (!file.startsWith(`${dataDir}/`)) return ok('master key', 'apart from the data folder');
  return warning(
    'master key',
    'within the data folder',
    'set TOCSIN_MASTER_KEY_FILE: a backup of that folder has the database and its key',
  );
}

async function space({ dataDir }: Config): Promise<Check> {
  const { bavail, bsize } = await statfs(dataDir);
  const free = Math.floor((bavail * bsize) / MIB);
  const found = `${free} MiB free`;
  if (free < TOO_LITTLE_MIB) return fault('disk', found, 'make room: without it nothing commits');
  return free < LITTLE_MIB ? warning('disk', found, 'make room') : ok('disk', found);
}

/** What a reader's client would say of the certificate. */
async function certificate(url: URL, now: Instant): Promise<Check> {
  if (url.protocol !== 'https:') {
    return fault('tls', url.protocol, 'tokens travel readable: put a proxy with TLS before it');
  }
  const remedy = 'look at the proxy and its certificate';
  try {
    const ends = await certificateEnd(url);
    const days = Math.floor((ends - now) / DAY_MS);
    const found = `certificate for ${days} days more`;
    return days < SOON_DAYS ? warning('tls', found, 'renew it') : ok('tls', found);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
    return fault('tls', code, remedy);
  }
}

async function certificateEnd({ hostname, port }: URL): Promise<number> {
  const to = { host: hostname, port: Number(port || 443), servername: hostname };
  const socket = connect({ ...to, timeout: TIMEOUT_MS });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
      socket.once('timeout', () => reject(new Error('no answer in time')));
    });
    return Date.parse(socket.getPeerCertificate().valid_to);
  } finally {
    socket.destroy();
  }
}
