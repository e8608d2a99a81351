import type { Place } from '../refuse.ts';
import { entries, type Yaml } from '../yaml.ts';
import type { DutyRules } from './rules.ts';

/** What a section claims of the release rules: an invariant in Cedar, and the key it follows. */
export type Claim = { readonly place: Place; readonly cedar: string };

/**
 * What the duties of a pack presuppose: what must come out can come out. [R21] [R65] Where the
 * rules give it to nobody in public, or only later, no issuer could ever do what it owes.
 */
export function claimsOf(duties: Yaml, { publish, publishPocMs }: DutyRules): Claim[] {
  const keys = entries(duties);
  const claim = (key: string, says: string, condition: string): Claim[] => {
    const place = keys.get(key)?.place;
    const head = 'principal is Public, action == Action::"release", resource is Artifact';
    const cedar = `@id("duties.${key}")@says("${says}")permit (${head}) when { ${condition} };`;
    return place === undefined ? [] : [{ place, cedar }];
  };
  const whole = publish === null ? [] : claim('publish', PUBLISHED, AT_DISCLOSURE);
  const late = `resource.kind == Kind::"poc" && ${AT_DISCLOSURE} + ${publishPocMs}`;
  return [...whole, ...(publishPocMs === null ? [] : claim('publish_poc', SHARED, late))];
}

const AT_DISCLOSURE = 'context.now <= context.disclosureAt';
const PUBLISHED = 'What a list was given comes out at disclosure';
const SHARED = 'A proof of concept that was shared comes out in the time laid down';
