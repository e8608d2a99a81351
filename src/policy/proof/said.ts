import { ACTIONS, type Action, type Outcome } from '../../domain/decision.ts';
import type { Rule } from '../rule.ts';

/** What rules of each kind say to an action, as bits. */
const BITS: Readonly<Record<Action, Readonly<Record<'permit' | 'forbid' | 'hold', number>>>> = {
  release: { permit: 1, forbid: 2, hold: 4 },
  releaseReduced: { permit: 8, forbid: 16, hold: 32 },
};

/** A rule that failed, whichever: the whole decision is no. */
const FAILED: Readonly<Record<Action, number>> = { release: 64, releaseReduced: 128 };

/** The bits for what a proof asks besides, one for each action. */
export const OWN: Readonly<Record<Action, number>> = { release: 256, releaseReduced: 512 };
/** As `OWN`, for a second thing. */
export const OTHER: Readonly<Record<Action, number>> = { release: 1024, releaseReduced: 2048 };

/** The bits of a rule that applies, and of one that fails. */
export function bitsOf({ effect, hold }: Rule, action: Action): { applies: number; fails: number } {
  return { applies: BITS[action][hold ? 'hold' : effect], fails: FAILED[action] };
}

/** The bits of a refusal that no permit overcomes. */
export const REFUSED: Readonly<Record<Action, number>> = {
  release: BITS.release.forbid,
  releaseReduced: BITS.releaseReduced.forbid,
};

/** What Cedar would answer to one action: as `combine` of verdicts does. */
export function verdictOf(said: number, action: Action): 'allow' | 'hold' | 'deny' | 'failed' {
  const { permit, forbid, hold } = BITS[action];
  if ((said & FAILED[action]) !== 0) return 'failed';
  if ((said & permit) === 0 || (said & forbid) !== 0) return 'deny';
  return (said & hold) === 0 ? 'allow' : 'hold';
}

/** The outcome of `decideRelease`. */
export function outcomeOf(said: number): Outcome {
  const [full, reduced] = ACTIONS.map((action) => verdictOf(said, action));
  if (full === 'allow' || full === 'hold') return full;
  if (full === 'failed' || reduced === 'failed') return 'deny';
  return reduced === 'allow' ? 'allow_reduced' : reduced === 'hold' ? 'hold' : 'deny';
}

/** Whether any rule says anything to an action: if none does, nobody explains the refusal. */
export function isExplained(said: number, action: Action): boolean {
  const { permit, forbid, hold } = BITS[action];
  return (said & (permit | forbid | hold | FAILED[action])) !== 0;
}
