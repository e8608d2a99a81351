import type { PackCheck } from '../../policy/check.ts';
import { inThread } from '../thread.ts';

export { FINDING_CODES } from '../../policy/finding.ts';

/**
 * Checks a policy pack given as its files' texts by name, in a thread: the enumeration takes
 * seconds.
 * @throws LIMIT_EXCEEDED, see `inThread`.
 */
export async function checkPolicy(files: Readonly<Record<string, string>>): Promise<PackCheck> {
  const thread = new URL('./check-policy-thread.ts', import.meta.url);
  return inThread<PackCheck>(thread, 'policy', files);
}
