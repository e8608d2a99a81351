import type { Failpoint } from '../domain/failpoint.ts';

/**
 * Holds acts up at failpoints: the moments at which somebody else might change the facts they were
 * decided on, or see what they have done so far.
 */
export type FailpointGate = {
  /** Lets the next act come as far as the point; resolves when it is there. */
  hold(point: Failpoint): Promise<void>;
  /** Lets it go on. */
  release(point: Failpoint): void;
  readonly reached: (point: Failpoint) => Promise<void>;
};

export function failpointGate(): FailpointGate {
  const awaited = new Map<Failpoint, () => void>();
  const held = new Map<Failpoint, () => void>();
  return {
    hold: (point) =>
      new Promise((resolve) => {
        awaited.set(point, resolve);
      }),
    release(point) {
      held.get(point)?.();
      held.delete(point);
    },
    async reached(point) {
      const announce = awaited.get(point);
      if (!announce) return;
      awaited.delete(point);
      await new Promise<void>((resolve) => {
        held.set(point, resolve);
        announce();
      });
    },
  };
}
