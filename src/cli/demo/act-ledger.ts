import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HOUR_MS, plus } from '../../domain/instant.ts';
import { checkLedgerFile, type LedgerCheck } from '../../main/ledger-check.ts';
import type { Reader } from './readers.ts';
import { pass, type Stage } from './stage.ts';
import { grouped, momentOf } from './words.ts';

/** Exports the ledger and has it verified by a program that shares no code with Tocsin. */
export async function checkLedger(
  stage: Stage,
  folder: string,
  reader: Reader,
): Promise<LedgerCheck> {
  const { page, rehearsal, issuer, desks } = stage;
  // What was done in this hour is in the ledger with the next tick.
  await pass(stage, plus(rehearsal.now(), HOUR_MS));
  page.part('6  The ledger', momentOf(rehearsal.now()));
  page.doing('the ledger is exported and verified');
  const file = join(folder, 'ledger.jsonl');
  const lines = Readable.from(issuer.operator.api.stream('/v1/log/export'));
  await pipeline(lines, createWriteStream(file, { mode: 0o600 }));
  const check = await checkLedgerFile(file, await desks.ask('pinnedKey', reader.id));
  if (check.verified) {
    page.fact(
      `${grouped(check.events)} events in ${check.size} ticks, root ${check.root.slice(0, 16)}…: ` +
        'verified by scripts/verify-ledger.mjs, a process of its own written only from the ' +
        'published formats, with the key that the readers pinned when they joined.',
    );
  } else {
    page.line(`NOT verified: ${check.problem}`);
  }
  return check;
}
