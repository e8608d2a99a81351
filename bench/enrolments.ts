import { ARTIFACT_KINDS } from '../src/domain/artifact.ts';
import type { Enrolment } from '../src/domain/enrolment.ts';
import { type AlertId, type ArtifactId, type ParticipantId, parseId } from '../src/domain/ids.ts';
import { DAY_MS, instant, plus } from '../src/domain/instant.ts';
import { resolveSchedule } from '../src/domain/schedule.ts';
import type { Policy } from '../src/policy/decide.ts';
import type { PlannedAlert } from '../src/policy/plan.ts';
import { randomCase } from '../tests/support/random-facts.ts';
import type { Seeded } from '../tests/support/seeded.ts';

/** When the benches of plans and differences take place. */
export const NOW = instant(Date.UTC(2025, 5, 1));

/** Enrolments of every sort, each with agreement and duty facts that end at instants of its own. */
export function enrolmentsFor(policy: Policy, count: number, random: Seeded): Member[] {
  const found: Member[] = [];
  while (found.length < count) {
    const { principal } = randomCase(policy, random).facts;
    if (principal.kind !== 'participant') continue;
    const participant = idOf<'participant'>(found.length);
    found.push({ participant, enrolment: ending(principal.enrolment, random) });
  }
  return found;
}

export type Member = { readonly participant: ParticipantId; readonly enrolment: Enrolment };

function ending(enrolment: Enrolment, random: Seeded): Enrolment {
  const { agreement, duty } = enrolment;
  const end = () => plus(NOW, random.below(700 * DAY_MS));
  return {
    ...enrolment,
    agreement: agreement && { signedAt: instant(random.below(NOW)), expiresAt: end() },
    duty: duty.status === 'stated' ? { ...duty, expiresAt: end() } : duty,
  };
}

/** An alert with so many artifacts over all kinds, disclosed within the next hundred days. */
export function alertFor(
  policy: Policy,
  n: number,
  artifacts: number,
  random: Seeded,
): PlannedAlert & { readonly alert: AlertId } {
  const disclosureAt = plus(NOW, 15 * DAY_MS + random.below(85 * DAY_MS));
  const { vulnerability } = randomCase(policy, random).facts;
  const summary: ArtifactId = idOf<'artifact'>(0);
  return {
    alert: idOf<'alert'>(n),
    vulnerability,
    schedule: resolveSchedule(disclosureAt, policy.leads),
    assurance: 'sealed',
    platform: 'sound',
    artifacts: Array.from({ length: artifacts }, (_, i) => ({
      id: idOf<'artifact'>(i),
      kind: ARTIFACT_KINDS[i % ARTIFACT_KINDS.length] ?? 'advisory',
      variant: i < ARTIFACT_KINDS.length ? 'full' : 'reduced',
      reducedBy: i < ARTIFACT_KINDS.length ? summary : null,
    })),
  };
}

function idOf<K extends string>(n: number) {
  return parseId<K>(`${n.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`, 'id');
}
