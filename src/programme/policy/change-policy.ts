import { canonicalJson } from '../../crypto/canonical.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import { newId } from '../../crypto/random.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/event.ts';
import type { AlertId, ProgrammeId, ProposalId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { waves } from '../../domain/schedule.ts';
import { UNASSESSED } from '../../domain/vulnerability.ts';
import { scheduleUnderNext } from '../../policy/next-schedule.ts';
import type { Policy } from '../../policy/policy.ts';
import { alertsPage } from '../../store/alert-reader.ts';
import { certainlyCome } from '../../store/clock-store.ts';
import type { Tx } from '../../store/database.ts';
import { recordEvent } from '../../store/event-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import {
  decideProposal,
  factsFingerprint,
  insertProposal,
  openProposals,
  type Proposal,
  proposalById,
  reschedule,
  rescheduleDraft,
} from '../../store/policy-store.ts';
import { activePolicyHash, activatePolicy as storePolicy } from '../../store/programme-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import { vulnerabilityOf } from '../alert/alert-head.ts';
import type { Context } from '../context.ts';
import { announce } from '../people/announce.ts';
import { type Concluder, concludedBy, requireAnother } from '../people/conclude.ts';
import { compileFiles } from '../policy-shelf.ts';
import { checkPolicy } from './check-policy.ts';
import { comparePolicies, type PolicyComparison } from './compare-policies.ts';
import type { PackFiles } from './create-programme.ts';

/** A proposal with what it would change, and the digest that a second person approves. */
export type Proposed = {
  readonly proposal: ProposalId;
  readonly digest: string;
  readonly comparison: PolicyComparison;
};

/**
 * One person proposes a policy: it is checked, compared with the one in force and kept; nothing
 * changes yet.
 * @throws POLICY_INVALID with the first error of the check; CONFLICT for the policy in force.
 */
export async function proposePolicy(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  policy: PackFiles,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<Proposed> {
  const { findings } = await checkPolicy(policy.files);
  const first = findings.find(({ level }) => level === 'error');
  if (first !== undefined) throw new TocsinError('POLICY_INVALID', first.message);
  const comparison = await comparePolicies(
    context,
    programme,
    { before: null, after: policy.files },
    now,
  );
  const { before: base, after: sha256, facts } = comparison;
  if (base === sha256) {
    throw new TocsinError('CONFLICT', 'policy: expected another one than the one in force');
  }
  return once(context, key, now, async (tx) => {
    const proposal = newId<ProposalId>();
    const act = { programme, actor: actorOf(caller), at: now };
    const proposer = caller.id;
    await insertProposal(tx, act, { id: proposal, ...policy, sha256, base, facts, proposer });
    const digest = digestOf({ id: proposal, sha256, base, facts });
    await announce(tx, act, { act: 'policy', id: proposal, digest, proposer });
    return { proposal, digest, comparison };
  });
}

/**
 * A second person puts a proposed policy in force, bound to the digest of what was shown: the
 * proposal, both policies, and the facts they were compared over. Everything is decided under it
 * from the commit on; every alert gets its schedule, and a wave at this moment, in which whoever it
 * opens something to is told. Killed before the commit, the old policy is in force; after it, the
 * waves are on disk and the next cycle does them.
 * @throws SECOND_PERSON for the proposer; APPROVAL_VOID where policy or facts are not those shown;
 * CONFLICT for a proposal decided already; NOT_FOUND for none.
 */
export async function activateProposal(
  context: Context,
  caller: PersonCaller,
  id: ProposalId,
  digest: string,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ sha256: string; alerts: number }> {
  return once(context, key, now, (tx) =>
    concludePolicy(context, tx, concludedBy(caller), id, digest, now),
  );
}

/** The same within a transaction, by whoever concludes it. */
export async function concludePolicy(
  context: Context,
  tx: Tx,
  by: Concluder,
  id: ProposalId,
  digest: string,
  now: Instant,
): Promise<{ sha256: string; alerts: number }> {
  const known = await proposalById(tx, id);
  if (!known) throw unknownProposal();
  const { programme, pack, files } = known;
  await lockToChange(tx, programme);
  // Read again under the lock: two approvals of it wait for each other there.
  await checkApproval(tx, (await proposalById(tx, id)) ?? known, by, digest);
  const policy = compileFiles(files);
  const act = { programme, actor: by.actor, at: now };
  await decideProposal(tx, id, by.person, now);
  return putInForce(context, tx, act, policy, { pack, files });
}

async function checkApproval(
  tx: Tx,
  proposal: Proposal,
  by: Concluder,
  digest: string,
): Promise<void> {
  requireAnother(by, proposal.proposer, 'policy');
  if (proposal.decidedAt !== null) {
    throw new TocsinError('CONFLICT', 'policy: expected an open proposal, found one decided');
  }
  const { id, sha256 } = proposal;
  const base = await activePolicyHash(tx, proposal.programme);
  const facts = await factsFingerprint(tx, proposal.programme);
  if (digestOf({ id, sha256, base, facts }) !== digest) {
    throw new TocsinError(
      'APPROVAL_VOID',
      'policy: expected the digest of this proposal over the policy and the facts as they are ' +
        'now; propose it anew to see what it changes',
      { field: 'digest' },
    );
  }
}

function digestOf(shown: { id: ProposalId; sha256: string; base: string; facts: string }): string {
  return sha256Hex(Buffer.from(canonicalJson({ v: 1, ...shown })));
}

/**
 * Puts a policy in force for every alert there is, closed ones too: what it opens of them is given,
 * what it shuts is not. The caller holds the exclusive release lock.
 */
export async function putInForce(
  context: Context,
  tx: Tx,
  act: { readonly programme: ProgrammeId; readonly actor: Actor; readonly at: Instant },
  policy: Policy,
  { pack, files }: PackFiles,
): Promise<{ sha256: string; alerts: number }> {
  const { sha256 } = policy;
  const before = await context.policies.active(tx, act.programme);
  await storePolicy(tx, act, { pack, sha256, files: { ...files } });
  const by = await certainlyCome(tx, act.at);
  let alerts = 0;
  let after: AlertId | null = null;
  for (;;) {
    const page = await alertsPage(tx, act.programme, after, PAGE);
    for (const alert of page) {
      const { id, state, schedule } = alert;
      // Of what is public no wave is to come: its head need not be opened.
      const isOpen = schedule.disclosureAt > by;
      const vulnerability = isOpen ? await vulnerabilityOf(context, tx, alert) : UNASSESSED;
      const approved = state !== 'draft';
      const changed = { schedule, approved, vulnerability };
      const fresh = scheduleUnderNext(before, policy, changed, by);
      if (state === 'draft') await rescheduleDraft(tx, id, fresh);
      else await reschedule(tx, act, id, fresh, waves(fresh));
      await recordEvent(tx, {
        type: 'schedule_resolved',
        ...act,
        data: { alert: id, policy: sha256 },
      });
    }
    alerts += page.length;
    after = page.at(-1)?.id ?? null;
    if (page.length < PAGE) return { sha256, alerts };
  }
}

const PAGE = 500;

/** Proposals that wait for a second person. */
export async function listProposals(
  context: Context,
  programme: ProgrammeId,
): Promise<Awaited<ReturnType<typeof openProposals>>> {
  return context.store.issuer((tx) => openProposals(tx, programme));
}

/** What an open proposal would change as things are now, and the digest that approves it. */
export async function readProposal(
  context: Context,
  id: ProposalId,
  now: Instant,
): Promise<Proposed> {
  const proposal = await context.store.issuer((tx) => proposalById(tx, id));
  if (!proposal || proposal.decidedAt !== null) throw unknownProposal();
  const { programme, files, sha256 } = proposal;
  const policies = { before: null, after: files };
  const comparison = await comparePolicies(context, programme, policies, now);
  const { before: base, facts } = comparison;
  return { proposal: id, digest: digestOf({ id, sha256, base, facts }), comparison };
}

function unknownProposal(): TocsinError {
  return new TocsinError('NOT_FOUND', 'proposal: expected one of this programme', {
    field: 'proposal',
  });
}
