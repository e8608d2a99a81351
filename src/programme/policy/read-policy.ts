import type { ProgrammeId } from '../../domain/ids.ts';
import type { Words } from '../../policy/words.ts';
import { programmeById } from '../../store/programme-store.ts';
import type { Context } from '../context.ts';

export type PolicyView = {
  /** Name of the pack the programme was made with. */
  readonly pack: string;
  /** SHA-256 of the policy in force. */
  readonly sha256: string;
  /** What people read for its tiers, kinds and reasons. */
  readonly words: Words;
};

/** The policy in force. @throws NOT_FOUND for an unknown programme. */
export async function readPolicy(context: Context, programme: ProgrammeId): Promise<PolicyView> {
  return context.store.issuer(async (tx) => {
    const { sha256, words } = await context.policies.active(tx, programme);
    const { pack } = await programmeById(tx, programme);
    return { pack, sha256, words };
  });
}
