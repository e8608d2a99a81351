import { decryptColumn, encryptColumn } from '../crypto/column.ts';
import type { Actor } from '../domain/event.ts';
import type { ParticipantId, PersonId, ReaderId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { ReaderRole } from '../domain/reader-role.ts';
import type { Tx } from '../store/database.ts';
import { claimKey, type IdempotencyKey, rememberAnswer } from '../store/idempotency-store.ts';
import type { SignedInBy } from '../store/sign-in-schema.ts';
import type { Context } from './context.ts';

/** What a person of the issuer may be (docs/security.md says what each may do). */
export const ROLES = [
  'author',
  'approver',
  'manager',
  'investigator',
  'auditor',
  'operator',
] as const;
export type Role = (typeof ROLES)[number];

export const SCOPES = [...ROLES, 'reader'] as const;
export type Scope = (typeof SCOPES)[number];

/** What is known of a caller who signed in, rather than sending a token. */
export type SignedIn = {
  readonly by: SignedInBy;
  /** When a passkey last verified its user in this session; null: never. */
  readonly verifiedAt: Instant | null;
  /** Since when that passkey is registered. */
  readonly passkeySince: Instant | null;
};

type Credentials = {
  /** Id of the token or session. */
  readonly token: string;
  readonly scopes: readonly Scope[];
  /** Null: a token was sent. */
  readonly signedIn: SignedIn | null;
};

/** Who is calling, as their token or session says. */
export type Caller = Credentials &
  (
    | { readonly kind: 'person'; readonly id: PersonId }
    | {
        readonly kind: 'reader';
        readonly id: ReaderId;
        readonly participant: ParticipantId;
        /** Whether its own key signed the request. */
        readonly signed: boolean;
        /** Whether a programme of its participant's wants that. */
        readonly mustSign: boolean;
        readonly role: ReaderRole;
      }
  );

export type PersonCaller = Extract<Caller, { kind: 'person' }>;
export type ReaderCaller = Extract<Caller, { kind: 'reader' }>;

export const SYSTEM: Actor = { kind: 'system', id: null };

export function actorOf(caller: Caller): Actor {
  return { kind: caller.kind, id: caller.id };
}

/**
 * Runs an act of the issuer in one transaction. With an idempotency key, a repeated request gets
 * the first one's answer and the act is not done again; key, act and answer commit together.
 */
export async function once<T>(
  context: Context,
  key: IdempotencyKey | null,
  now: Instant,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return context.store.issuer(async (tx) => {
    if (!key) return work(tx);
    await key.admits?.(tx);
    const earlier = await claimKey(tx, key, now);
    // Encrypted, because an answer may hold a secret that is told once, such as an invitation.
    const row = `idempotency/${key.token}/${key.key}`;
    if (earlier) {
      return JSON.parse(
        decryptColumn(context.keys.answers, row, earlier.response_enc).toString(),
      ) as T;
    }
    const answer = await work(tx);
    const json = Buffer.from(JSON.stringify(answer ?? null));
    const response_enc = encryptColumn(context.keys.answers, row, json);
    await rememberAnswer(tx, key, { status: 200, response_enc });
    return answer;
  });
}
