import { newId } from '../../crypto/random.ts';
import { invalid } from '../../domain/errors.ts';
import type { ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { insertProgramme, activatePolicy as storePolicy } from '../../store/programme-store.ts';
import { SYSTEM } from '../act.ts';
import type { Context } from '../context.ts';
import { compileFiles } from '../policy-shelf.ts';

export type PackFiles = { readonly pack: string; readonly files: Readonly<Record<string, string>> };

/**
 * Creates a programme with its first policy. `readerCap`: most readers it will ever have (1 to
 * 10^6).
 */
export async function createProgramme(
  context: Context,
  input: { readonly name: string; readonly readerCap: number; readonly policy: PackFiles },
  now: Instant,
): Promise<ProgrammeId> {
  if (
    !Number.isSafeInteger(input.readerCap) ||
    input.readerCap < 1 ||
    input.readerCap > 1_000_000
  ) {
    throw invalid('readerCap', 'a whole number from 1 to 1000000', input.readerCap);
  }
  const id = newId<ProgrammeId>();
  const policy = compileFiles(input.policy.files);
  await context.store.issuer(async (tx) => {
    await insertProgramme(
      tx,
      { id, name: input.name, pack: input.policy.pack, readerCap: input.readerCap },
      now,
    );
    await storePolicy(
      tx,
      { programme: id, actor: SYSTEM, at: now },
      { pack: input.policy.pack, sha256: policy.sha256, files: { ...input.policy.files } },
    );
  });
  return id;
}
