import { sha256Hex } from '../crypto/hash.ts';
import { TocsinError } from '../domain/errors.ts';
import type { ProgrammeId } from '../domain/ids.ts';
import { parsePack } from '../policy/pack.ts';
import { compilePolicy, type Policy } from '../policy/policy.ts';
import type { Tx } from '../store/database.ts';
import { activePolicyHash, policyFiles } from '../store/programme-store.ts';

/**
 * Compiled policies by the SHA-256 of their text; the text is immutable, so they never go stale.
 */
export type PolicyShelf = {
  /** The policy with this hash, compiled from the store at first use. */
  get(tx: Tx, programme: ProgrammeId, sha256: string): Promise<Policy>;
  /** The programme's policy in force at this moment of the transaction. */
  active(tx: Tx, programme: ProgrammeId): Promise<Policy>;
};

/** Parses and compiles a pack's files. @throws POLICY_INVALID with file, line and remedy. */
export function compileFiles(files: Readonly<Record<string, string>>): Policy {
  return compilePolicy(parsePack(new Map(Object.entries(files))), (text) =>
    sha256Hex(Buffer.from(text)),
  );
}

export function openPolicyShelf(): PolicyShelf {
  const compiled = new Map<string, Policy>();
  const get = async (tx: Tx, programme: ProgrammeId, sha256: string): Promise<Policy> => {
    const known = compiled.get(sha256);
    if (known) return known;
    const files = await policyFiles(tx, programme, sha256);
    const policy = compileFiles(files);
    if (policy.sha256 !== sha256) {
      throw new TocsinError(
        'POLICY_INVALID',
        `stored policy: expected sha256 ${sha256}, found ${policy.sha256}`,
      );
    }
    compiled.set(sha256, policy);
    return policy;
  };
  return {
    get,
    active: async (tx, programme) => get(tx, programme, await activePolicyHash(tx, programme)),
  };
}
