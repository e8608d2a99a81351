import { USE_PERMISSIONS, type UsePermission } from '../../src/domain/artifact.ts';
import { type Instant, parseInstant } from '../../src/domain/instant.ts';
import { type UseFacts, usePermissions } from '../../src/policy/use/grant.ts';
import { parseUse } from '../../src/policy/use/parse.ts';
import { checkUse, type UseRequest } from '../../src/policy/use/request.ts';
import type { Audience, UseSection } from '../../src/policy/use/section.ts';
import { parseYaml } from '../../src/policy/yaml.ts';

export const T0 = parseInstant('2025-07-08T17:00:00Z');
export const RECEIPT = parseInstant('2025-07-03T09:30:00Z');

/** The section of a pack as written there. */
export function use(yaml: string): UseSection {
  return parseUse(parseYaml('programme.yaml', yaml));
}

/** A member that has had its copy of a patch since `RECEIPT`, of an alert that permits all. */
export function useFacts(rest: Partial<UseFacts> = {}): UseFacts {
  return {
    standing: 'active',
    roles: ['vendor'],
    addenda: [],
    holds: [],
    kind: 'patch',
    patchScope: null,
    permitted: USE_PERMISSIONS,
    receivedAt: RECEIPT,
    disclosureAt: T0,
    ...rest,
  };
}

/** The answer to a request, in words: `granted`, `hold`, or the reason of the refusal. */
export function mayUse(
  section: UseSection,
  facts: UseFacts,
  asked: Partial<UseRequest> & Pick<UseRequest, 'permission'>,
  now: Instant,
): string {
  const request = {
    audience: 'self',
    askedAt: RECEIPT,
    patchDiffers: false,
    answer: null,
  } as const;
  const answer = checkUse(section, facts, { ...request, ...asked }, now);
  return answer.outcome === 'refused' ? answer.reason : answer.outcome;
}

/** The permissions that `usePermissions` lists, with their audiences. */
export function listed(section: UseSection, facts: UseFacts, now: Instant) {
  return usePermissions(section, facts, now).map(
    ({ permission, audience }): [UsePermission, Audience] => [permission, audience],
  );
}
