import type { Failpoint } from '../domain/failpoint.ts';
import type { Store } from '../store/database.ts';
import type { Keyring } from './keyring.ts';
import type { PolicyShelf } from './policy-shelf.ts';
import type { RenderShelf } from './render-shelf.ts';

/** What every verb works with. Time is never in it: `now` is an argument of each verb. */
export type Context = {
  readonly store: Store;
  readonly keys: Keyring;
  readonly policies: PolicyShelf;
  readonly renders: RenderShelf;
  /** How often the ledger ticks, milliseconds: bounds the time in a copy's promise. */
  readonly tickMs: number;
  /** Name of this ledger: first line of its checkpoints, C2SP tlog-checkpoint. */
  readonly origin: string;
  /** Where the last checkpoint is kept outside the database. */
  readonly pin: CheckpointPin;
  readonly reached: (point: Failpoint) => void | Promise<void>;
};

/**
 * The last checkpoint outside the database. `write` MUST be durable before it resolves and MUST
 * replace the old note whole or not at all; `read` gives null only when none was ever written.
 */
export type CheckpointPin = {
  read(): Promise<string | null>;
  write(note: string): Promise<void>;
};
