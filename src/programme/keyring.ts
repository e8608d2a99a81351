import { decryptColumn, encryptColumn } from '../crypto/column.ts';
import { randomBytes } from '../crypto/random.ts';
import { generateSigningKey, type Signer, signer } from '../crypto/sign.ts';
import { deriveKey, type MasterKey, unwrapKey, wrapKey, wrappedKid } from '../crypto/wrap.ts';
import { TocsinError } from '../domain/errors.ts';
import type { AlertId } from '../domain/ids.ts';
import { wrappedKeys } from '../store/alert-reader.ts';
import type { Store, Tx } from '../store/database.ts';
import { putSetting, setting } from '../store/programme-store.ts';

/**
 * The two keys of an alert, 32 bytes each: `data` encrypts its columns, `mark` makes its codewords.
 * `mark` is empty once it is sealed away, and for whoever may not see it.
 */
export type AlertKeys = { readonly data: Buffer; readonly mark: Buffer };

/** The installation's keys, unwrapped once at start. docs/keys.md says who holds which. */
export type Keyring = {
  readonly master: MasterKey;
  /** Signs checkpoints and promises. */
  readonly log: Signer;
  /** Signs the manifest of every copy. */
  readonly manifest: Signer;
  /** Encrypts samples, readings and reports of sightings. */
  readonly sightings: Buffer;
  /** Encrypts the evidence of steps of a standing, and appeals against them. */
  readonly standings: Buffer;
  /** Encrypts the remembered answers of repeatable requests; derived, so nothing more to keep. */
  readonly answers: Buffer;
  /** Keys the hashes by which repeated requests are known again; derived too. */
  readonly requests: Buffer;
  alert(tx: Tx, alert: AlertId): Promise<AlertKeys>;
  /** Drops what is kept of an alert in memory: its mark key was sealed away. */
  forget(alert: AlertId): void;
};

/** The mark key. @throws KEY_SEALED once its two officers have it. */
export function markKeyOf({ mark }: AlertKeys): Buffer {
  if (mark.length > 0) return mark;
  throw new TocsinError('KEY_SEALED', 'mark key: expected the one of this alert, found it sealed');
}

const SIGNING_KEYS = ['log-key', 'manifest-key'] as const;
const COLUMN_KEYS = ['sighting-key', 'standing-key'] as const;
const KEPT_ALERTS = 256;

/**
 * Opens the keyring with the master key; at the very first start makes its keys.
 * @throws KEY_WRONG when the master key is not the one the stored keys are wrapped under.
 */
export async function openKeyring(store: Store, master: MasterKey): Promise<Keyring> {
  const [log, manifest, sightings, standings] = await store.issuer(async (tx) => {
    const seeds: Buffer[] = [];
    for (const name of SIGNING_KEYS) {
      seeds.push(await ensureKey(tx, master, name, () => generateSigningKey().secret));
    }
    for (const name of COLUMN_KEYS) {
      seeds.push(await ensureKey(tx, master, name, () => randomBytes(32)));
    }
    return seeds as [Buffer, Buffer, Buffer, Buffer];
  });
  const kept = new Map<AlertId, AlertKeys>();
  return {
    master,
    log: signer(log),
    manifest: signer(manifest),
    sightings,
    standings,
    answers: deriveKey(master.key, 'tocsin/answers/v1'),
    requests: deriveKey(master.key, 'tocsin/requests/v1'),
    async alert(tx, alert) {
      const known = kept.get(alert);
      if (known) return known;
      const keys = await unwrapAlertKeys(tx, master, alert);
      if (kept.size >= KEPT_ALERTS) kept.clear();
      // A public transaction sees no mark key; what it saw must not stand in for the whole later.
      if (keys.mark.length > 0) kept.set(alert, keys);
      return keys;
    },
    forget: (alert) => kept.delete(alert),
  };
}

async function ensureKey(
  tx: Tx,
  master: MasterKey,
  name: string,
  make: () => Buffer,
): Promise<Buffer> {
  const stored = await setting(tx, name);
  if (stored) {
    if (wrappedKid(stored) !== master.kid) {
      throw new TocsinError(
        'KEY_WRONG',
        `master key: expected ${wrappedKid(stored)}, under which this installation's keys are ` +
          `wrapped, found ${master.kid}`,
      );
    }
    return unwrapKey(master, `setting/${name}`, stored);
  }
  const key = make();
  await putSetting(tx, name, wrapKey(master, `setting/${name}`, key));
  return key;
}

/**
 * Fresh keys for a new alert, with their wrapped forms. The mark key has a wrapping key of its own.
 */
export function makeAlertKeys(master: MasterKey, alert: AlertId) {
  const keys: AlertKeys = { data: randomBytes(32), mark: randomBytes(32) };
  const wrapped = (['data', 'mark'] as const).map((purpose) => ({
    purpose,
    kid: master.kid,
    wrapped: wrapKey(wrapper(master, purpose), aad(alert, purpose), keys[purpose]),
  }));
  return { keys, wrapped };
}

async function unwrapAlertKeys(tx: Tx, master: MasterKey, alert: AlertId): Promise<AlertKeys> {
  const rows = await wrappedKeys(tx, alert);
  const unwrap = (purpose: 'data' | 'mark'): Buffer => {
    const row = rows.find((candidate) => candidate.purpose === purpose);
    // Public readers see the data key only, and a sealed mark key nobody: what needs it then fails.
    if (!row) return Buffer.alloc(0);
    return unwrapKey(wrapper(master, purpose), aad(alert, purpose), row.wrapped);
  };
  return { data: unwrap('data'), mark: unwrap('mark') };
}

function wrapper(master: MasterKey, purpose: 'data' | 'mark'): MasterKey {
  return { kid: master.kid, key: deriveKey(master.key, `tocsin/alert-${purpose}/v1`) };
}

function aad(alert: AlertId, purpose: string): string {
  return `alert/${alert}/${purpose}`;
}

/**
 * Encrypts a column of an alert, bound to its row: a ciphertext moved to another row does not open.
 */
export function encryptFor(keys: AlertKeys, row: string, plaintext: Uint8Array): Buffer {
  return encryptColumn(keys.data, row, plaintext);
}

/** @throws KEY_WRONG when the ciphertext is not this row's. */
export function decryptFor(keys: AlertKeys, row: string, ciphertext: Uint8Array): Buffer {
  return decryptColumn(keys.data, row, ciphertext);
}
