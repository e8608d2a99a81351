import { TocsinError } from '../domain/errors.ts';

/** The checks of a copy, in their order (docs/formats/copy.md, "Verification"). */
export const CHECKS = [
  'seal',
  'form',
  'issuer',
  'recipient',
  'content',
  'rules',
  'promise',
  'proof',
  'event',
  'log',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** One check that was made; `detail` says what was found. */
export type Check = {
  readonly name: CheckName;
  readonly passed: boolean;
  readonly detail: string;
};

/** Keeps account of the checks of one copy, up to the first that fails. */
export class Checklist {
  readonly #checks: Check[] = [];

  get checks(): readonly Check[] {
    return this.#checks;
  }

  /**
   * Makes one check. `step` returns what it found, and how to say so; what it throws goes on after
   * it was noted.
   */
  check<T>(name: CheckName, step: () => readonly [found: T, detail: string]): T {
    try {
      return this.#pass(name, step());
    } catch (error) {
      this.#fail(name, error);
      throw error;
    }
  }

  /** The same for a check that asks the server. */
  async ask<T>(
    name: CheckName,
    step: () => Promise<readonly [found: T, detail: string]>,
  ): Promise<T> {
    try {
      return this.#pass(name, await step());
    } catch (error) {
      this.#fail(name, error);
      throw error;
    }
  }

  #pass<T>(name: CheckName, [found, detail]: readonly [T, string]): T {
    this.#checks.push({ name, passed: true, detail });
    return found;
  }

  #fail(name: CheckName, error: unknown): void {
    const detail = error instanceof TocsinError ? error.message : 'could not be made';
    this.#checks.push({ name, passed: false, detail });
  }
}
