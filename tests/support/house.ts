import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readAlertFolder } from '../../src/cli/alert-folder.ts';
import { parseConfig } from '../../src/config/config.ts';
import type { Env } from '../../src/config/env.ts';
import { generateIdentity } from '../../src/crypto/age/keys.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { newId } from '../../src/crypto/random.ts';
import { generateSigningKey, signer } from '../../src/crypto/sign.ts';
import { type Enrolment, NO_PROFILE, type Standing } from '../../src/domain/enrolment.ts';
import type {
  AlertId,
  ArtifactId,
  ParticipantId,
  PersonId,
  ProgrammeId,
} from '../../src/domain/ids.ts';
import { type Instant, parseInstant } from '../../src/domain/instant.ts';
import { joinSigningBytes } from '../../src/formats/join-proof.ts';
import { type VirtualClock, virtualClock } from '../../src/main/clock.ts';
import { type ComposeOptions, compose, type Parts } from '../../src/main/compose.ts';
import {
  type PersonCaller,
  type ReaderCaller,
  type Role,
  SYSTEM,
} from '../../src/programme/act.ts';
import { approveAlert } from '../../src/programme/alert/approve-alert.ts';
import { addArtifact, draftAlert } from '../../src/programme/alert/draft-alert.ts';
import { planAlert } from '../../src/programme/alert/plan-alert.ts';
import { inviteReader, redeemInvitation } from '../../src/programme/member/admit-participant.ts';
import { enrol } from '../../src/programme/member/apply-member-change.ts';
import {
  changeEnrolment,
  changeStanding,
  type StatedEnrolment,
} from '../../src/programme/member/change-participant.ts';
import { decideMemberChange, type Waiting } from '../../src/programme/member/member-change.ts';
import { decideStanding } from '../../src/programme/member/standing-steps.ts';
import { addPerson, authenticate, issueToken } from '../../src/programme/people/people.ts';
import { createProgramme, type PackFiles } from '../../src/programme/policy/create-programme.ts';
import { startCluster } from '../../src/store/cluster/cluster.ts';
import { lockToChange } from '../../src/store/locks.ts';
import { grantRoles } from '../../src/store/role-store.ts';
import { furnish } from './ready-cluster.ts';
import { temporaryFolder } from './temporary-folder.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A whole Tocsin in a temporary folder, on a real PostgreSQL, under a clock the test sets. */
export type House = Parts & {
  readonly clock: VirtualClock;
  readonly dataDir: string;
  readonly programme: ProgrammeId;
  readonly author: PersonCaller;
  readonly approver: PersonCaller;
  readonly tokens: { readonly author: string; readonly approver: string };
  /** Stops everything and removes the folder. */
  tearDown(): Promise<void>;
};

/** A time before any wave of an alert whose T0 is 2025-07-08T17:00Z. */
export const BEFORE = parseInstant('2025-06-20T09:00:00Z');
export const T0 = parseInstant('2025-07-08T17:00:00Z');

export type HouseOptions = Omit<ComposeOptions, 'clock'> & {
  /** A folder and a database of the caller's, to be shared with other processes. */
  readonly site?: Site;
  /** A folder of the caller's, in which the house's own database is to lie. */
  readonly folder?: string;
  readonly pack?: string | PackFiles;
  readonly readerCap?: number;
  readonly start?: Instant;
  /** More variables than a test house has. */
  readonly env?: Env;
};

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const dataDir =
    options.site?.dataDir ?? (await furnish(options.folder ?? (await temporaryFolder())));
  const clock = virtualClock(options.start ?? BEFORE);
  const parts = await compose(configFor(dataDir, { ...options.site?.urls, ...options.env }), {
    ...options,
    clock,
  });
  const { context } = parts;
  const { pack = 'mapp' } = options;
  const now = clock.now();
  const programme = await createProgramme(
    context,
    {
      name: 'Test programme',
      readerCap: options.readerCap ?? 2_000,
      policy: typeof pack === 'string' ? await readPack(pack) : pack,
    },
    now,
  );
  const author = await person(parts, 'Author', ['author', 'manager', 'investigator', 'operator']);
  const approver = await person(parts, 'Approver', [
    'approver',
    'manager',
    'investigator',
    'operator',
  ]);
  return {
    ...parts,
    clock,
    dataDir,
    programme,
    author: author.caller,
    approver: approver.caller,
    tokens: { author: author.token, approver: approver.token },
    async tearDown() {
      await parts.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export function configFor(dataDir: string, more: Env = {}) {
  const env = { TOCSIN_DATA: dataDir, TOCSIN_ORIGIN: 'test.invalid/ledger', ...more };
  return parseConfig(env, dataDir);
}

export type Urls = {
  readonly DATABASE_URL: string;
  readonly DATABASE_ISSUER_URL: string;
  readonly DATABASE_PARTICIPANT_URL: string;
};

/** A data folder and a running database that several processes of a test share. */
export type Site = {
  readonly dataDir: string;
  readonly urls: Urls;
  tearDown(): Promise<void>;
};

export async function openSite(): Promise<Site> {
  const root = await temporaryFolder();
  const cluster = await startCluster({ dataDir: join(root, 'postgres') });
  const url = (user: string, password: string) =>
    `postgres://${user}:${encodeURIComponent(password)}@localhost/${cluster.database}` +
    `?host=${encodeURIComponent(cluster.host)}&port=${cluster.port}`;
  return {
    dataDir: join(root, 'data'),
    urls: {
      DATABASE_URL: url('tocsin_owner', cluster.passwords.owner),
      DATABASE_ISSUER_URL: url('tocsin_issuer', cluster.passwords.issuer),
      DATABASE_PARTICIPANT_URL: url('tocsin_participant', cluster.passwords.participant),
    },
    async tearDown() {
      await cluster.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

export async function readPack(name: string): Promise<PackFiles> {
  const folder = join(ROOT, 'policies', name);
  const files: Record<string, string> = {};
  for (const file of (await readdir(folder)).sort()) {
    files[file] = await readFile(join(folder, file), 'utf8');
  }
  return { pack: name, files };
}

export async function person(
  parts: Parts,
  name: string,
  roles: readonly Role[],
): Promise<{ caller: PersonCaller; token: string; id: PersonId }> {
  const now = parts.clock.now();
  const { person: id, token } = await parts.context.store.issuer((tx) =>
    addPerson(tx, name, roles, now),
  );
  const caller = await authenticate(parts.context, token, now);
  if (caller.kind !== 'person') throw new Error('expected a person');
  return { caller, token, id };
}

/** More roles for a person, and a token that has them, as two others would have given them. */
export async function grant(
  { context, clock }: Parts & { readonly clock: VirtualClock },
  id: PersonId,
  roles: readonly Role[],
): Promise<string> {
  const now = clock.now();
  return context.store.issuer(async (tx) => {
    await grantRoles(tx, { actor: SYSTEM, at: now }, id, roles);
    return issueToken(tx, { kind: 'person', id }, roles, SYSTEM, now);
  });
}

/** Enrolment of an active participant without duties, agreement in force from 2025 to 2027. */
export function enrolment(change: Partial<Enrolment> = {}): Enrolment {
  const signedAt = parseInstant('2025-01-01T00:00:00Z');
  const expiresAt = parseInstant('2027-01-01T00:00:00Z');
  return {
    tier: 'entry',
    standing: 'active',
    duty: { status: 'stated', duties: [], provenance: 'attested', expiresAt },
    agreement: { signedAt, expiresAt },
    consentMode: 'standing',
    profile: NO_PROFILE,
    ...change,
  };
}

/** The duty of the July 2025 rule, under an invented law. */
export const REPORTS_TO_GOVERNMENT: Enrolment['duty'] = {
  status: 'stated',
  duties: [
    {
      law: 'Republic of Varennia, Vulnerability Reporting Act, section 7',
      trigger: 'any_known',
      scope: 'any',
      recipient: 'government',
      clockMs: 48 * 3_600_000,
    },
  ],
  provenance: 'attested',
  expiresAt: parseInstant('2027-01-01T00:00:00Z'),
};

export type TestReader = {
  readonly caller: ReaderCaller;
  readonly token: string;
  readonly identity: string;
  readonly signSeed: Buffer;
};

/** A participant that is there already: no verb of the product admits one without two persons. */
export async function admit(
  house: House,
  name: string,
  change: Partial<Enrolment> = {},
): Promise<ParticipantId> {
  const { context, programme, clock } = house;
  const id = newId<ParticipantId>();
  const act = { programme, actor: SYSTEM, at: clock.now() };
  await context.store.issuer(async (tx) => {
    await lockToChange(tx, programme);
    await enrol(context, tx, act, { id, name, enrolment: enrolment(change) });
  });
  return id;
}

/** Brings a participant to a standing, by two persons where it takes two. */
export async function stand(
  house: House,
  participant: ParticipantId,
  to: Standing,
  now: Instant = house.clock.now(),
): Promise<void> {
  const { context, approver, author, programme } = house;
  const change = { to, reason: 'other' } as const;
  const taken = await changeStanding(context, approver, programme, participant, change, now);
  if (taken.inForce || taken.step === null) return;
  await decideStanding(context, author, taken.step, 'confirm', now);
}

/** Gives a participant other facts, by two persons where it takes two. */
export async function restate(
  house: House,
  participant: ParticipantId,
  facts: StatedEnrolment,
  now: Instant = house.clock.now(),
): Promise<void> {
  const { context, author, programme } = house;
  const changed = await changeEnrolment(context, author, programme, participant, facts, now);
  await confirmed(house, changed.proposal, now);
}

/** A second person confirms what waits, if anything does. */
export async function confirmed(
  house: House,
  proposal: Waiting | null,
  now: Instant = house.clock.now(),
): Promise<void> {
  if (proposal === null) return;
  const { change, digest } = proposal;
  const stated = { decision: 'confirm', digest } as const;
  await decideMemberChange(house.context, house.approver, change, stated, now);
}

/** An OpenPGP key that a reader brings, and what signs with it. */
type OwnOpenpgp = {
  readonly recipient: string;
  readonly prove: (signed: Buffer) => Promise<Buffer>;
};

/** Invites and joins one reader, with fresh keys or an OpenPGP key. */
export async function joinReader(
  house: House,
  participant: ParticipantId,
  openpgp: OwnOpenpgp | null = null,
): Promise<TestReader> {
  const { context, programme, clock } = house;
  const now = clock.now();
  const invited = await inviteReader(context, 'system', programme, participant, 'reader', now);
  const made = generateIdentity();
  const { identity } = made;
  const { recipient } = openpgp ?? made;
  const { secret, publicKey } = generateSigningKey();
  const signed = joinSigningBytes(sha256(Buffer.from(invited.invitation)), recipient);
  const proof = signer(secret).sign(signed);
  const openpgpProof = openpgp === null ? null : await openpgp.prove(signed);
  const request = {
    invitation: invited.invitation,
    recipient,
    signKey: publicKey,
    proof,
    openpgpProof,
  };
  const { token } = await redeemInvitation(context, request, now);
  const caller = await authenticate(context, token, now);
  if (caller.kind !== 'reader') throw new Error('expected a reader');
  return { caller, token, identity, signSeed: secret };
}

/** Makes a reader an administrator of its participant, beside the first. */
export async function administrator(house: House, { caller }: TestReader): Promise<void> {
  await house.context.store.issuer((tx) =>
    tx.updateTable('reader').set({ role: 'administrator' }).where('id', '=', caller.id).execute(),
  );
}

export const EXAMPLE = join(ROOT, 'examples/sharepoint-2025-07');

/** Drafts the example alert with all its artifacts; the ids of the artifacts by file. */
export async function draftExample(
  house: House,
): Promise<{ alert: AlertId; artifacts: Map<string, ArtifactId>; slots: number }> {
  const { context, author, programme, clock } = house;
  const { artifacts: files, ...input } = await readAlertFolder(EXAMPLE);
  const { alert } = await draftAlert(context, author, programme, input, clock.now());
  const artifacts = new Map<string, ArtifactId>();
  let slots = 0;
  for (const { file, reducedBy, ...artifact } of files) {
    const reduced = reducedBy === null ? null : (artifacts.get(reducedBy) ?? null);
    const stored = { ...artifact, reducedBy: reduced };
    const added = await addArtifact(context, author, alert, null, stored, clock.now());
    artifacts.set(file, added.artifact);
    slots += added.slots;
  }
  return { alert, artifacts, slots };
}

/** Plans and has the second person approve. */
export async function approve(house: House, alert: AlertId): Promise<void> {
  const { context, approver, clock } = house;
  const { digest } = await planAlert(context, alert);
  await approveAlert(context, approver, alert, digest, clock.now());
}
