import { canonicalJson, type Json } from '../../crypto/canonical.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import { newId } from '../../crypto/random.ts';
import type { ListFormat } from '../../domain/contact.ts';
import type { ParticipantId, ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Tx } from '../../store/database.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import { once, type PersonCaller } from '../act.ts';
import { requireApartFrom } from '../affiliations.ts';
import type { Context } from '../context.ts';
import { type ImportRow, membersIn } from './apply-member-change.ts';
import { compareList, knownMembers } from './compare-list.ts';
import { proposeMemberChange, type Waiting } from './member-change.ts';
import { checkAgreement } from './publish-terms.ts';
import { readMemberList } from './read-member-list.ts';

/** A file of members, as somebody brings it. */
export type ImportedFile = {
  readonly format: ListFormat;
  readonly bytes: Uint8Array;
  /** For members of whom the file names no tier. */
  readonly tier: string | null;
};

/** What an import would do, organisation by organisation. */
export type ImportReport = {
  /** SHA-256 of the file, hex. */
  readonly file: string;
  readonly rows: readonly ImportRow[];
  /** SHA-256 over file and report, hex: what a second person confirms. */
  readonly digest: string;
};

/** The report of a file, of which nothing is kept. */
export async function tryImport(
  context: Context,
  programme: ProgrammeId,
  file: ImportedFile,
  now: Instant,
): Promise<ImportReport> {
  const listed = await readMemberList({ ...file, now });
  return context.store.issuer((tx) => reportOn(context, tx, programme, file, listed));
}

/**
 * Proposes everybody on a list, as one act that a second person confirms: all are admitted or
 * changed then, or nobody is. Nothing is proposed where a row is at fault, or nothing is new.
 */
export async function importMembers(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  file: ImportedFile,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<ImportReport & { readonly proposal: Waiting | null }> {
  const listed = await readMemberList({ ...file, now });
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    const report = await reportOn(context, tx, programme, file, listed);
    const { rows, digest } = report;
    const sound = rows.every(({ result }) => result !== 'refused');
    const news = rows.filter(({ result }) => result === 'admit' || result === 'change');
    if (!sound || news.length === 0) return { ...report, proposal: null };
    await requireApartFrom(tx, caller.id, membersIn(news));
    for (const { after } of news) await checkAgreement(tx, programme, after?.agreement ?? null);
    const reserved = news.map((row) => ({
      ...row,
      participant: row.participant ?? newId<ParticipantId>(),
    }));
    const content = {
      kind: 'import',
      participant: null,
      file: report.file,
      rows: reserved,
    } as const;
    const proposal = await proposeMemberChange(context, tx, caller, programme, content, now, {
      shown: digest,
    });
    return { ...report, proposal };
  });
}

async function reportOn(
  context: Context,
  tx: Tx,
  programme: ProgrammeId,
  { bytes, tier }: ImportedFile,
  listed: Awaited<ReturnType<typeof readMemberList>>,
): Promise<ImportReport> {
  const policy = await context.policies.active(tx, programme);
  const known = await knownMembers(context, tx, programme);
  const rows = compareList(policy, known, listed, tier);
  const file = sha256Hex(Buffer.from(bytes));
  const seen = { v: 1, file, rows: rows as unknown as Json };
  return { file, rows, digest: sha256Hex(Buffer.from(canonicalJson(seen))) };
}
