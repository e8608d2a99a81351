/** How one thing was found to be. A fault stops the programme or breaks a promise of it. */
export const CHECK_STATES = ['ok', 'warning', 'fault'] as const;
export type CheckState = (typeof CHECK_STATES)[number];

/** One thing that `tocsin doctor` looked at. */
export type Check = {
  /** What was looked at: a word. */
  readonly what: string;
  readonly state: CheckState;
  /** What was found, without content and secrets. */
  readonly found: string;
  /** What to do about it; null where nothing is to be done. */
  readonly remedy: string | null;
};

/** All is well. */
export function ok(what: string, found: string): Check {
  return { what, state: 'ok', found, remedy: null };
}

/** Something to be done soon. */
export function warning(what: string, found: string, remedy: string): Check {
  return { what, state: 'warning', found, remedy };
}

/** Something to be done now. */
export function fault(what: string, found: string, remedy: string): Check {
  return { what, state: 'fault', found, remedy };
}
