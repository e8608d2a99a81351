import type { At, AtOrNull } from './column-types.ts';

/** How somebody signed in. */
export type SignedInBy = 'passkey' | 'oidc';

/** Whose something is: exactly one of the two is set. */
type Held = { person_id: string | null; reader_id: string | null };

/** The tables of how persons and readers sign in, by name. */
export type SignInTables = {
  passkey: Held & {
    id: string;
    credential_id: Buffer;
    public_key: Buffer;
    counter: number;
    label: string;
    created_at: At;
    used_at: AtOrNull;
    removed_at: AtOrNull;
  };
  passkey_link: Held & {
    id: string;
    hash: Buffer;
    created_at: At;
    expires_at: At;
    ended_at: AtOrNull;
    code_hash: Buffer | null;
  };
  recovery: Held & {
    id: string;
    code_hash: Buffer;
    proposer_id: string;
    at: At;
    decider_id: string | null;
    outcome: 'confirmed' | 'refused' | 'lapsed' | null;
    decided_at: AtOrNull;
  };
  role_grant: {
    id: string;
    person_id: string;
    name: string | null;
    roles: string[];
    digest: string;
    code_hash: Buffer | null;
    proposer_id: string | null;
    at: At;
    decider_id: string | null;
    outcome: 'confirmed' | 'refused' | 'lapsed' | null;
    decided_at: AtOrNull;
  };
  approval_signature: {
    id: string;
    alert_id: string;
    plan_sha256: string;
    passkey_id: string;
    nonce: string;
    said_sha256: string | null;
    client_data: Buffer;
    authenticator_data: Buffer;
    signature: Buffer;
    at: At;
  };
  oidc_subject: Held & { hash: Buffer; at: At };
  challenge: { bound: Buffer; hash: Buffer; expires_at: At };
  request_nonce: { hash: Buffer; expires_at: At };
};
