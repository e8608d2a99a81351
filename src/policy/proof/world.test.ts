import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts } from '../../../tests/counts.ts';
import { packFiles, sha256 } from '../../../tests/support/packs.ts';
import { randomCase } from '../../../tests/support/random-facts.ts';
import { type Seeded, seeded } from '../../../tests/support/seeded.ts';
import { ACTIONS, type ReleaseFacts } from '../../domain/decision.ts';
import { type Instant, instant } from '../../domain/instant.ts';
import { compilePolicy, type Policy } from '../decide.ts';
import { programsFor } from '../engine.ts';
import { parsePack } from '../pack.ts';
import { evaluate } from '../program.ts';
import { fillRow } from '../request.ts';
import { bitsOf } from './said.ts';
import {
  budget,
  type Question,
  type Setting,
  type Standing,
  sayingsIn,
  type World,
  worldOf,
} from './world.ts';

/** Beside the rules of `mapp`, some that compare in every way that can be enumerated. */
const MORE: Readonly<Record<string, string>> = {
  'at a distance': `
@id("far-from-disclosure") @reason("TOO_EARLY")
forbid (principal is Participant, action, resource)
when { context.now < context.disclosureAt - 172800000 };
@id("near-its-end") @reason("TOO_EARLY") @outcome("hold")
forbid (principal is Participant, action == Action::"release", resource)
when { principal.agreement.expiresAt - 3600000 <= context.now &&
  principal.agreement.expiresAt > context.disclosureAt - 86400000 };`,
  'with one another': `
@id("stored") @reason("NO_CONSENT")
forbid (principal is Participant, action, resource)
when { principal.duty.expiresAt == principal.agreement.expiresAt ||
  principal.duty.expiresAt < context.opensAt.ans };
@id("unknown") @reason("NO_CONSENT")
forbid (principal is Participant, action, resource)
when { principal.duty.status == DutyStatus::"unknown" && resource.kind == Kind::"indicator" };`,
  'with fixed numbers': `
@id("fixed") @reason("NO_CONSENT")
permit (principal is Participant, action == Action::"releaseReduced", resource)
when { context.now >= 1741000000000 && principal.duty.expiresAt < 1751000000000 };
@id("score") @reason("SEVERITY_TOO_LOW")
forbid (principal, action, resource)
when { context.alert.score < 40 && 0 < context.alert.score };`,
  'of everything else': `
@id("sets") @reason("NO_CONSENT")
forbid (principal is Participant, action, resource)
when { principal.duty.scopes.contains(Scope::"any") &&
  principal.roles.containsAny([Role::"vendor", Role::"cert"]) &&
  !context.alert.impacts.isEmpty() };
@id("own-limit") @reason("OWN_EMBARGO_LIMIT")
forbid (principal is Participant, action, resource)
when { context.now < principal.embargoOpensAt || context.now >= context.events.publicAt };`,
};

const ALWAYS = '@id("always") @reason("LEAD_OPEN") permit (principal, action, resource);';

for (const [comparing, rules] of Object.entries(MORE)) {
  test(`what rules say to any facts the enumeration says as well, comparing ${comparing}`, () => {
    const files = packFiles('mapp').set('more.cedar', `${ALWAYS}${rules}`);
    const pack = parsePack(files);
    const policy = compilePolicy(pack, sha256);
    const world = worldOf({ ...pack, invariants: [] });
    const voice = eachAlone(policy);
    const random = seeded(11);
    for (const standing of ['planned', 'anywhere'] as const) {
      const known = sayingsOf(world, voice, standing);
      const met = new Set<string>();
      for (let i = 0; i < counts.decide; i++) {
        const drawn = randomCase(policy, random);
        const facts = standing === 'planned' ? drawn.facts : movedBy(random, drawn.facts);
        const { key, said } = saidTo(world, policy, voice, facts, drawn.now);
        assert.ok(known.get(key)?.has(said), `${standing}: ${JSON.stringify({ ...drawn, facts })}`);
        met.add(`${key} ${said}`);
      }
      // Otherwise the random facts would have lost their teeth.
      assert.ok(met.size > 200, `${met.size}`);
    }
  });
}

/** The rules of `more.cedar` with bits of their own, so that each counts. */
function eachAlone({ rules }: Policy): Question['voice'] {
  const more = rules.filter(({ place }) => place.file === 'more.cedar').map(({ id }) => id);
  return (rule, action) => {
    const place = more.indexOf(rule.id);
    if (place < 0) return bitsOf(rule, action);
    return { applies: 2 ** (8 + 2 * place + ACTIONS.indexOf(action)), fails: 0 };
  };
}

/** Everything that can be said, by setting. */
function sayingsOf(
  world: World,
  voice: Question['voice'],
  standing: Standing,
): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>();
  const question = { about: 'always', standing, settled: 0, voice };
  for (const setting of world.settings) {
    const all = new Set<number>();
    for (const { sayings } of sayingsIn(world, setting, question, budget())) {
      for (const said of sayings.keys()) all.add(said);
    }
    found.set(keyOf(setting), all);
  }
  return found;
}

function keyOf({ type, tier, kind }: Pick<Setting, 'type' | 'tier' | 'kind'>): string {
  return `${type} ${tier} ${kind}`;
}

/** What the rules say to these facts, evaluated as they always are. */
function saidTo(
  { engine }: World,
  { tiers }: Policy,
  voice: Question['voice'],
  facts: ReleaseFacts,
  now: Instant,
): { key: string; said: number } {
  const { vocabulary, codes, row } = engine;
  const type = fillRow(row, vocabulary, codes, facts, now);
  const programs = programsFor(engine, type, row);
  assert.ok(programs);
  let said = 0;
  for (const action of ACTIONS) {
    for (const { rule, reason } of evaluate(programs[action], row).signals) {
      const bits = voice(rule, action);
      said |= (reason === null ? bits?.fails : bits?.applies) ?? 0;
    }
  }
  const { principal, artifact } = facts;
  const tier = principal.kind === 'public' ? null : tiers.indexOf(principal.enrolment.tier);
  return { key: keyOf({ type, tier, kind: vocabulary.enums.Kind.indexOf(artifact.kind) }), said };
}

/** The same facts with waves where no lead puts them, though none after disclosure. */
function movedBy(random: Seeded, facts: ReleaseFacts): ReleaseFacts {
  const { disclosureAt, opensAt } = facts.schedule;
  const instants = [disclosureAt, ...Object.values(opensAt)];
  const any = () => instants[random.below(instants.length)] ?? disclosureAt;
  const moved = any();
  const waves = Object.keys(opensAt).map((name) => {
    return [name, instant(Math.min(any(), moved))] as const;
  });
  return { ...facts, schedule: { disclosureAt: moved, opensAt: Object.fromEntries(waves) } };
}
