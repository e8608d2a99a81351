import type { PasskeySite } from '../crypto/passkey.ts';
import type { TocsinError } from '../domain/errors.ts';
import type { Failpoint } from '../domain/failpoint.ts';
import type { Checkpoint } from '../ledger/checkpoint.ts';
import type { Store } from '../store/database.ts';
import type { IdentityProvider } from './identity-provider.ts';
import type { Keyring } from './keyring.ts';
import type { PolicyShelf } from './policy-shelf.ts';
import type { RenderShelf } from './render-shelf.ts';
import type { Sandbox } from './sandbox.ts';
import type { TokenDesk } from './token-desk.ts';

/** What every verb works with. Time is never in it: `now` is an argument of each verb. */
export type Context = {
  readonly store: Store;
  readonly keys: Keyring;
  readonly policies: PolicyShelf;
  readonly renders: RenderShelf;
  readonly tokens: TokenDesk;
  /** Tried at the first asking, and then the same for ever: most processes mark no script. */
  readonly sandbox: () => Promise<Sandbox>;
  /**
   * Where browsers and readers find us: what passkeys are bound to, the one origin whose pages act,
   * and, where the operator has told it, the one host that readers sign.
   */
  readonly site: PasskeySite & { readonly told: boolean };
  /** By whom people may sign in beside passkeys; null: by nobody. */
  readonly provider: IdentityProvider | null;
  /** How often the ledger ticks, milliseconds: bounds the time in a copy's promise. */
  readonly tickMs: number;
  /** How many events a tick takes, 2^20 but in tests; the rest wait for the next. */
  readonly tickLimit: number;
  /** Name of this ledger: first line of its checkpoints, C2SP tlog-checkpoint. */
  readonly origin: string;
  /** Where the last checkpoint is kept outside the database. */
  readonly pin: CheckpointPin;
  readonly ledger: LedgerWatch;
  readonly reached: (point: Failpoint) => void | Promise<void>;
};

/** What this process knows of its ledger, apart from the database. */
export type LedgerWatch = {
  /** The newest checkpoint it has seen; null before the first. */
  known: Checkpoint | null;
  /** The pin as it was read last: a text whose signature is verified needs no second look. */
  pinned: { readonly note: string; readonly checkpoint: Checkpoint } | null;
  /** The newest tick of this process that is committed and not pinned yet. */
  unpinned: { readonly size: number; readonly note: string } | null;
  /** How many ticks it takes to place what the last one left over: promises reach beyond. */
  backlog: number;
  /** Set while the database's log does not extend what was seen: then nothing leaves. */
  fault: TocsinError | null;
};

/**
 * The last checkpoint outside the database. `write` MUST be durable before it resolves and MUST
 * replace the old note whole or not at all; `read` gives null only when there is none.
 */
export type CheckpointPin = {
  read(): Promise<string | null>;
  write(note: string): Promise<void>;
};
