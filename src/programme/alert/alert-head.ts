import { canonicalJson } from '../../crypto/canonical.ts';
import type { AlertMode } from '../../domain/alert.ts';
import type { AlertId, MoveId, PersonId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import {
  type AlertDates,
  NO_DATES,
  UNASSESSED,
  type VulnerabilityFacts,
} from '../../domain/vulnerability.ts';
import type { TimingCode } from '../../policy/timing/clock.ts';
import type { AlertRow } from '../../store/alert-reader.ts';
import { putHead } from '../../store/alert-writer.ts';
import type { Tx } from '../../store/database.ts';
import type { Context } from '../context.ts';
import { type AlertKeys, decryptFor, encryptFor } from '../keyring.ts';

/** A finding of the clock that somebody took upon themselves, and why. */
export type Acceptance = {
  readonly code: TimingCode;
  readonly why: string;
  readonly by: PersonId;
  readonly at: Instant;
};

/** What was said for a date: the pack's words for another length, and what was accepted. */
export type TimingRecord = {
  readonly reasons: readonly string[];
  readonly accepted: readonly Acceptance[];
};

/** Why somebody refused a proposal. */
export type Refusal = {
  readonly proposal: MoveId;
  readonly why: string;
  readonly by: PersonId;
  readonly at: Instant;
};

/** Nothing was said for it. */
export const NOTHING_SAID: TimingRecord = { reasons: [], accepted: [] };

/**
 * What is kept encrypted of an alert beside its artifacts. The facts of the vulnerability are there
 * and not in columns: a severity and a product tell more than a reader of the database may know.
 */
export type AlertHead = {
  readonly title: string;
  readonly mode: AlertMode;
  readonly facts: VulnerabilityFacts;
  readonly dates: AlertDates;
  /** What was said for the T0 there is. */
  readonly timing: TimingRecord;
  /** What was said for each T0 that is proposed instead. */
  readonly proposals: Readonly<Record<MoveId, TimingRecord>>;
  /** Proposals that somebody refused. */
  readonly refusals: readonly Refusal[];
};

/** The head of an alert of which no more is known than this. */
export const EMPTY_HEAD: Omit<AlertHead, 'title'> = {
  mode: 'live',
  facts: UNASSESSED,
  dates: NO_DATES,
  timing: NOTHING_SAID,
  proposals: {},
  refusals: [],
};

/** The head last opened under an alert's keys, forgotten with them: every fetch asks for it. */
const opened = new WeakMap<AlertKeys, { readonly headEnc: Buffer; readonly head: AlertHead }>();

/** The head opened. What an older head does not say is not known. */
export async function readHead(
  context: Context,
  tx: Tx,
  { id, headEnc }: Pick<AlertRow, 'id' | 'headEnc'>,
): Promise<AlertHead> {
  const keys = await context.keys.alert(tx, id);
  const last = opened.get(keys);
  if (last?.headEnc.equals(headEnc)) return last.head;
  const json = decryptFor(keys, alertRow(id), headEnc).toString();
  const stored = JSON.parse(json) as Pick<AlertHead, 'title'> & Partial<AlertHead>;
  const head = { ...EMPTY_HEAD, ...stored };
  opened.set(keys, { headEnc, head });
  return head;
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
export function sealHead(keys: AlertKeys, alert: AlertId, head: AlertHead): Buffer {
  const { facts, dates, timing, proposals, refusals, title, mode } = head;
  const { impacts, products, events, ...rest } = facts;
  const stored = { ...rest, impacts: [...impacts], products: [...products], events: { ...events } };
  const said = Object.entries(proposals).map(([id, record]) => [id, plain(record)] as const);
  const json = { title, mode, facts: stored, dates: { ...dates }, timing: plain(timing) };
  const text = canonicalJson({
    ...json,
    proposals: Object.fromEntries(said),
    refusals: refusals.map((each) => ({ ...each })),
  });
  return encryptFor(keys, alertRow(alert), Buffer.from(text));
}

/** Replaces the head of an alert whose row the caller holds. */
export async function keepHead(
  context: Context,
  tx: Tx,
  alert: AlertId,
  head: AlertHead,
): Promise<void> {
  await putHead(tx, alert, sealHead(await context.keys.alert(tx, alert), alert, head));
}

function plain({ reasons, accepted }: TimingRecord) {
  return { reasons: [...reasons], accepted: accepted.map((each) => ({ ...each })) };
}

/** Associated data of an alert's encrypted head. */
function alertRow(alert: AlertId): string {
  return `alert/${alert}/head`;
}
