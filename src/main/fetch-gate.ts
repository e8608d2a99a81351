import type { Failpoint } from '../domain/failpoint.ts';

/**
 * Holds one fetch up after the rules were asked and before anything of it is recorded: the moment
 * at which somebody else might change the facts it was decided on.
 */
export type FetchGate = {
  /** Lets the next fetch come as far as its decision; resolves when it is there. */
  hold(): Promise<void>;
  /** Lets it go on. */
  release(): void;
  readonly reached: (point: Failpoint) => Promise<void>;
};

export function fetchGate(): FetchGate {
  let arrived: (() => void) | null = null;
  let open: () => void = () => undefined;
  return {
    hold: () =>
      new Promise((resolve) => {
        arrived = resolve;
      }),
    release: () => open(),
    async reached(point) {
      if (point !== 'fetch.decided' || arrived === null) return;
      const announce = arrived;
      arrived = null;
      await new Promise<void>((resolve) => {
        open = resolve;
        announce();
      });
    },
  };
}
