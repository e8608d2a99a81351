import type { ArtifactKind } from '../../domain/artifact.ts';
import type { Outcome } from '../../domain/decision.ts';
import type { Tier } from '../../domain/enrolment.ts';
import type { Words } from '../words.ts';
import { listed } from './axis.ts';
import { DISCLOSURE } from './circumstances.ts';
import { type Audience, type Cell, outcomesOf, type Profile, type Turn } from './profile.ts';
import type { When } from './when.ts';

/** What is given in a class otherwise than ordinarily: to whom, which kinds, when and how. */
export type Given = {
  /** Tiers concerned; empty: all of them. `null` stands for the public. */
  readonly tiers: readonly (Tier | null)[];
  /** Kinds concerned; empty: everything that is given at all. */
  readonly kinds: readonly ArtifactKind[];
  /** Whether that is all that is left when the others of the class have been said. */
  readonly rest: boolean;
  readonly when: string;
};

/** The cells of a profile that differ from the ordinary ones, put together. */
export function givenIn(profile: Profile, ordinary: Profile, when: When): Given[] {
  return withRest(differences(profile, ordinary, when), profile, ordinary);
}

function differences(profile: Profile, ordinary: Profile, when: When): Given[] {
  const found = profile.map((cell, i) => ({ cell, usual: ordinary[i] ?? cell }));
  const differing = found.filter(({ cell, usual }) => cell.shape !== usual.shape);
  const byPhrase = Map.groupBy(differing, ({ cell, usual }) => turnsText(cell, usual, when));
  const ever = found.filter(({ cell, usual }) => isEver(cell) || isEver(usual));
  return [...byPhrase].flatMap(([phrase, pairs]) =>
    [...Map.groupBy(kindsIn(pairs), ({ tiers }) => tiers.join())].map(([, kinds]) => {
      const tiers = kinds[0]?.tiers ?? [];
      const all = kindsIn(ever.filter(({ cell }) => tiers.includes(cell.audience.tier)));
      const complete = all.every(({ kind }) => kinds.some((one) => one.kind === kind));
      const everyTier = kinds.every(({ kind, tiers: concerned }) =>
        ever
          .filter(({ cell }) => cell.kind === kind && cell.audience.tier !== null)
          .every(({ cell }) => concerned.includes(cell.audience.tier)),
      );
      return {
        tiers: everyTier && !tiers.includes(null) ? [] : tiers,
        kinds: complete ? [] : kinds.map(({ kind }) => kind),
        rest: false,
        when: phrase,
      };
    }),
  );
}

/** Where everything that is given at all has its line, the longest line is the rest. */
function withRest(given: readonly Given[], profile: Profile, ordinary: Profile): Given[] {
  const ever = profile.filter((cell, i) => isEver(cell) || isEver(ordinary[i] ?? cell));
  const longest = given.reduce((most, each) => Math.max(most, each.kinds.length), 0);
  const kinds = new Set(given.flatMap((each) => each.kinds));
  const complete =
    given.length > 1 &&
    given.every(({ tiers }) => tiers.length === 0) &&
    ever.every(({ audience, kind }) => audience.tier === null || kinds.has(kind));
  const last = given.findIndex((each) => each.kinds.length === longest);
  if (!complete || longest < 3) return [...given];
  return [...given.filter((_, i) => i !== last), ...given.slice(last, last + 1).map(asRest)];
}

function asRest(given: Given): Given {
  return { ...given, rest: true };
}

type Pair = { readonly cell: Cell };

/** For each kind the tiers that cells are about; the public apart from participants. */
function kindsIn(pairs: readonly Pair[]): { kind: ArtifactKind; tiers: Audience['tier'][] }[] {
  const parts = [
    pairs.filter(({ cell }) => cell.audience.tier !== null),
    pairs.filter(({ cell }) => cell.audience.tier === null),
  ];
  return parts.flatMap((part) =>
    [...Map.groupBy(part, ({ cell }) => cell.kind)].map(([kind, some]) => ({
      kind,
      tiers: some.map(({ cell }) => cell.audience.tier),
    })),
  );
}

/** Whether anything is given at some time. */
function isEver({ turns }: Cell): boolean {
  return turns.some(({ decision }) => decision.outcome !== 'deny');
}

/** What is said of the reduced variant. */
export const IN_ITS_PLACE = 'the general description in its place';

/** When and how something is given: `from disclosure on, the general description in its place`. */
export function turnsText(cell: Cell, usual: Cell, when: When): string {
  const usually = outcomesOf(usual.turns).find(({ decision }) => decision.outcome !== 'deny')?.at;
  const turns = givingTurns(cell);
  if (turns.length === 0) return 'never';
  const [only] = turns;
  if (cell === usual && turns.length === 1 && only?.decision.outcome === 'allow') {
    return only.at === DISCLOSURE ? 'at disclosure' : when.on(only.at);
  }
  return turns
    .map(({ at, decision }) => {
      const from = cell !== usual && at === usually ? 'at the usual time' : when.from(at);
      const how = howWords(decision.outcome, turns.length === 1);
      return how === '' ? from : `${from}, ${how}`;
    })
    .join('; ');
}

/** The turns from the first at which something is given. */
function givingTurns({ turns }: Cell): Turn[] {
  return outcomesOf(turns).filter(({ decision }, i) => i > 0 || decision.outcome !== 'deny');
}

function howWords(outcome: Outcome, whole: boolean): string {
  switch (outcome) {
    case 'allow':
      return whole ? '' : 'in full';
    case 'allow_reduced':
      return IN_ITS_PLACE;
    case 'hold':
      return 'if a person decides so';
    case 'deny':
      return 'nothing more';
  }
}

/** One line of what is given. */
export function givenText({ tiers, kinds, rest, when }: Given, words: Words): string {
  const whom = tiers.map((tier) => (tier === null ? 'the public' : (words.tiers[tier] ?? tier)));
  const named = listed(
    kinds.map((kind) => words.kinds[kind]),
    'and',
  );
  const what = rest ? 'everything else' : kinds.length === 0 ? 'everything' : named;
  const line = what === 'everything' && when === 'never' ? 'nothing' : `${what}: ${when}`;
  return whom.length === 0 ? line : `${listed(whom, 'and')}: ${line}`;
}
