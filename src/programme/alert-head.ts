import { canonicalJson } from '../crypto/canonical.ts';
import type { AlertId } from '../domain/ids.ts';
import { UNASSESSED, type VulnerabilityFacts } from '../domain/vulnerability.ts';
import type { AlertRow } from '../store/alert-reader.ts';
import type { Tx } from '../store/database.ts';
import type { Context } from './context.ts';
import { type AlertKeys, decryptFor, encryptFor } from './keyring.ts';

/**
 * What is kept encrypted of an alert beside its artifacts. The facts of the vulnerability are there
 * and not in columns: a severity and a product tell more than a reader of the database may know.
 */
export type AlertHead = { readonly title: string; readonly facts: VulnerabilityFacts };

/** The head opened. An alert from before facts were kept is not assessed. */
export async function readHead(
  context: Context,
  tx: Tx,
  { id, headEnc }: Pick<AlertRow, 'id' | 'headEnc'>,
): Promise<AlertHead> {
  const json = decryptFor(await context.keys.alert(tx, id), alertRow(id), headEnc).toString();
  const { title, facts } = JSON.parse(json) as Pick<AlertHead, 'title'> & Partial<AlertHead>;
  return { title, facts: facts ?? UNASSESSED };
}

/** What is known of an alert's vulnerability: part of every decision about it. */
export async function vulnerabilityOf(
  context: Context,
  tx: Tx,
  alert: Pick<AlertRow, 'id' | 'headEnc'>,
): Promise<VulnerabilityFacts> {
  return (await readHead(context, tx, alert)).facts;
}

/** Ciphertext of a head under the alert's data key. */
export function sealHead(keys: AlertKeys, alert: AlertId, { title, facts }: AlertHead): Buffer {
  const { impacts, products, events, ...rest } = facts;
  const stored = { ...rest, impacts: [...impacts], products: [...products], events: { ...events } };
  return encryptFor(keys, alertRow(alert), Buffer.from(canonicalJson({ title, facts: stored })));
}

/** Associated data of an alert's encrypted head. */
function alertRow(alert: AlertId): string {
  return `alert/${alert}/head`;
}
