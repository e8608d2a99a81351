import { ARTIFACT_KINDS, type ArtifactKind } from '../domain/artifact.ts';
import type { Tier } from '../domain/enrolment.ts';
import { axesOf } from './explain/axes.ts';
import { shortLimitMs } from './explain/circumstances.ts';
import { classesIn, type PolicyClass } from './explain/classes.ts';
import { turnsText } from './explain/gets.ts';
import { ordinarySituation } from './explain/interplay.ts';
import { exploitedWords, obligationWords } from './explain/laid-down.ts';
import { type Inquiry, profileOf, scheduleOf } from './explain/profile.ts';
import { readOf } from './explain/reading.ts';
import { whenIn } from './explain/when.ts';
import type { Policy } from './policy.ts';

/**
 * What a policy decides, found by asking it: about every kind of artifact, at every instant at
 * which an answer changes, and about every difference between participants or alerts that its rules
 * look at. `when` tells instants relative to disclosure. Beside that, what the pack asks in return.
 */
export type Explanation = {
  readonly pack: string;
  readonly version: number;
  /** Whom nothing restricts: for each kind and tier, and for the public (`null`), when and how. */
  readonly usual: readonly {
    readonly kind: ArtifactKind;
    readonly tier: Tier | null;
    readonly when: string;
  }[];
  /** Everybody and everything that is treated otherwise. */
  readonly classes: readonly PolicyClass[];
  /** Whether all of this is decided and logged only, and nothing sent. */
  readonly shadow: boolean;
  /** What whoever is given something owes, as the pack lays it down; a sentence each. */
  readonly obligations: readonly string[];
  /** What follows once it is exploited, where the pack brings waves forward then; else null. */
  readonly exploited: string | null;
};

/**
 * Explains a compiled policy. Depends on its decisions, its words and what it asks of members: two
 * policies that decide alike, for the same reasons, are explained alike.
 * @throws POLICY_INVALID when a rule looks at more at once than can be enumerated.
 */
export function explainPolicy(policy: Policy): Explanation {
  const read = readOf(policy);
  const schedule = scheduleOf(policy);
  const axes = axesOf(read, policy.words, shortLimitMs(schedule));
  const inquiry: Inquiry = { policy, schedule, axes, profiles: new Map() };
  const ordinary = ordinarySituation(inquiry);
  const when = whenIn(policy);
  return {
    pack: policy.name,
    version: policy.version,
    usual: profileOf(inquiry, ordinary)
      .map((cell) => ({
        kind: cell.kind,
        tier: cell.audience.tier,
        when: turnsText(cell, cell, when),
      }))
      .sort((a, b) => ARTIFACT_KINDS.indexOf(a.kind) - ARTIFACT_KINDS.indexOf(b.kind)),
    classes: classesIn(inquiry, ordinary, read.together, when),
    shadow: policy.shadow,
    obligations: obligationWords(policy),
    exploited: exploitedWords(policy),
  };
}
