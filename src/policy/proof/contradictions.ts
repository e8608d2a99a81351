import { ACTIONS } from '../../domain/decision.ts';
import type { Finding } from '../finding.ts';
import type { Invariant } from '../invariant.ts';
import type { Policy } from '../policy.ts';
import { OTHER, OWN } from './said.ts';
import { TooMany } from './solve.ts';
import { describeRequest, type Witness, witnessOf } from './witness.ts';
import { budget, type Question, sayingsIn, type World } from './world.ts';

/**
 * Claims that no rules could ever fulfil together: one that something is given, and others that
 * never is any of it. Each is found with the most ordinary request that the one wants given and the
 * others do not.
 */
export function contradictions(
  world: World,
  policy: Policy,
  invariants: readonly Invariant[],
): Finding[] {
  const nevers = invariants.filter(({ rule }) => rule.effect === 'forbid');
  const sometimes = invariants.filter(({ rule }) => rule.effect === 'permit');
  return sometimes.flatMap((wanted) => {
    try {
      return contradiction(world, policy, wanted, nevers);
    } catch (error) {
      // Proving the claim itself says so.
      if (error instanceof TooMany) return [];
      throw error;
    }
  });
}

function contradiction(
  world: World,
  policy: Policy,
  wanted: Invariant,
  nevers: readonly Invariant[],
): Finding[] {
  const witness = excluded(world, wanted, nevers);
  if (witness === null) return [];
  const alone = nevers.find((never) => excluded(world, wanted, [never]) !== null);
  const against =
    alone === undefined ? nevers.filter((each) => touches(world, wanted, each)) : [alone];
  const { place } = wanted.rule;
  const ids = against.map(({ rule }) => rule.id);
  const said = against.map(({ says }) => `«${says}»`).join(', ');
  const problem = `and ${ids.join(', ')} are impossible together: «${wanted.says}» and ${said}`;
  return [
    {
      level: 'error',
      code: 'IMPOSSIBLE_TOGETHER',
      message: `${place.file}:${place.line}: ${wanted.rule.id} ${problem}`,
      example: describeRequest(policy, witness),
      rules: [wanted.rule.id, ...ids],
    },
  ];
}

/** The most ordinary request that is wanted, if all that is wanted is excluded; else null. */
function excluded(world: World, wanted: Invariant, nevers: readonly Invariant[]): Witness | null {
  let first: Witness | null = null;
  for (const { said, witness } of wantedIn(world, wanted, nevers)) {
    const free = wanted.actions.some(
      (action) => (said & OWN[action]) !== 0 && (said & OTHER[action]) === 0,
    );
    if (free) return null;
    const found = witness();
    if (first === null || found.cost < first.cost) first = found;
  }
  return first;
}

function touches(world: World, wanted: Invariant, never: Invariant): boolean {
  for (const { said } of wantedIn(world, wanted, [never])) {
    if (ACTIONS.some((action) => (said & OTHER[action]) !== 0)) return true;
  }
  return false;
}

/** What is said wherever the wanted speaks. No rule has a voice: this is between claims alone. */
function* wantedIn(world: World, wanted: Invariant, nevers: readonly Invariant[]) {
  const question: Question = {
    about: wanted.rule.id,
    standing: 'planned',
    settled: 0,
    voice: ({ id }, action) => {
      const claim = [wanted, ...nevers].find(({ rule }) => rule.id === id);
      if (!claim?.actions.includes(action)) return null;
      return { applies: claim === wanted ? OWN[action] : OTHER[action], fails: 0 };
    },
  };
  const left = budget();
  for (const setting of world.settings) {
    for (const { row, moment, sayings } of sayingsIn(world, setting, question, left)) {
      for (const [said, closest] of sayings) {
        yield { said, witness: () => witnessOf(world, setting, row, moment, closest) };
      }
    }
  }
}
