import { invalid, TocsinError } from '../../domain/errors.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { EMPTY_FRONTIER, rootOf } from '../../ledger/log-tree.ts';
import { recordEvent } from '../../store/event-writer.ts';
import type { CheckpointRow } from '../../store/ledger-store.ts';
import { SYSTEM } from '../act.ts';
import type { Context } from '../context.ts';
import { pinCheckpoint, requireLedger } from './guard-ledger.ts';
import { signCheckpoint } from './stored-log.ts';

/**
 * As `guardLedger`, at start. A log that is ahead of its pin is a tick whose pin was not written,
 * and is pinned now; one without ticks is pinned as such, so that from the first start on there is
 * a pin.
 * @throws as `requireLedger`; CONFIG_INVALID for a log with ticks and no pin.
 */
export async function checkPinnedLedger(context: Context): Promise<void> {
  const { latest } = await context.store.issuer((tx) => requireLedger(context, tx));
  await requirePin(context, latest);
  await pinCheckpoint(context, latest ?? unbegun(context));
}

function unbegun(context: Context): Pick<CheckpointRow, 'size' | 'note'> {
  const empty = { origin: context.origin, size: 0, root: rootOf(EMPTY_FRONTIER) };
  return { size: 0, note: signCheckpoint(context, empty) };
}

/** A database that came here without its pin may be an older one. */
async function requirePin(context: Context, latest: CheckpointRow | null): Promise<void> {
  if (latest === null || (await context.pin.read()) !== null) return;
  const { size, at } = latest;
  throw new TocsinError(
    'CONFIG_INVALID',
    'ledger: expected the file checkpoint.pinned in the data folder, found none: this database ' +
      `has ${size} ticks, the last of ${formatInstant(at)}, and may be an older one. Bring the ` +
      'file from where the database came from; if it is gone and nobody holds a later ' +
      `checkpoint: tocsin admin ledger pin --size ${size} (docs/keys.md)`,
  );
}

/**
 * The operator says that the database is the newest, of so many ticks; it is pinned as such. Killed
 * between commit and pin, the ledger says that the pin was lost, and it is said once more.
 * @throws CONFLICT where there is a pin; INVALID_INPUT where the log has another size.
 */
export async function replaceLostPin(context: Context, size: number, now: Instant): Promise<void> {
  if ((await context.pin.read()) !== null) {
    throw new TocsinError('CONFLICT', 'checkpoint.pinned: expected none to replace, found one');
  }
  const latest = await context.store.issuer(async (tx) => {
    const log = await requireLedger(context, tx);
    if (log.latest?.size !== size) {
      throw invalid('--size', `the ${log.latest?.size ?? 0} ticks of the database`, size);
    }
    const data = { ticks: size };
    await recordEvent(tx, { type: 'pin_replaced', at: now, programme: null, actor: SYSTEM, data });
    return log.latest;
  });
  await pinCheckpoint(context, latest);
}
