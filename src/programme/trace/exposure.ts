import { newId } from '../../crypto/random.ts';
import { invalid } from '../../domain/errors.ts';
import type {
  AlertId,
  ArtifactId,
  KnowledgeId,
  ParticipantId,
  ReaderId,
} from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Knower, OtherChannel } from '../../domain/knowledge.ts';
import { alertById, artifactsOf } from '../../store/alert-reader.ts';
import { deliveriesOf } from '../../store/delivery-reader.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { insertKnowledge, type KnowledgeRow, knowledgeOf } from '../../store/knowledge-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import { requireMemberApart, requireNoSideIn } from '../affiliations.ts';
import { unknownAlert } from '../alert/draft-alert.ts';
import type { Context } from '../context.ts';
import { decryptFor, encryptFor } from '../keyring.ts';

/** Who was handed copies, since when, and how many. */
export type Holder = {
  readonly participant: ParticipantId;
  readonly reader: ReaderId;
  readonly first: Instant;
  readonly copies: number;
};

/** Who had a copy by another channel, or knew without being a participant. */
export type Outsider = { readonly id: KnowledgeId; readonly since: Instant } & Stated;

/** What a person says of one. */
export type Stated =
  | {
      readonly kind: 'delivery';
      readonly channel: OtherChannel;
      readonly participant: ParticipantId;
    }
  | { readonly kind: 'knowledge'; readonly role: Knower; readonly who: string };

/** What an unmarked find leaves to look at. */
export type Exposure = {
  readonly held: readonly Holder[];
  readonly others: readonly Outsider[];
  /** Artifacts with copies among these that are all alike: nobody's can be told from another's. */
  readonly alike: readonly ArtifactId[];
};

const MAX_WHO = 200;

/**
 * Records a copy that went out by another channel, or who knew of the alert without being a
 * participant. Nothing is decided by it: it is there whenever somebody asks who held the alert.
 * @throws NOT_FOUND for another programme's participant; INVALID_INPUT for a time to come.
 */
export async function recordKnowledge(
  context: Context,
  caller: PersonCaller,
  id: AlertId,
  { since, ...stated }: Stated & { readonly since: Instant },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ knowledge: KnowledgeId }> {
  if (since > now) throw invalid('since', 'a time that has come', since);
  return once(context, key, now, async (tx) => {
    // No lock: nothing is decided by what is recorded here.
    const alert = await alertById(tx, id);
    if (!alert) throw unknownAlert();
    const act = { programme: alert.programme, actor: actorOf(caller), at: now };
    const knowledge = newId<KnowledgeId>();
    let row: KnowledgeRow;
    if (stated.kind === 'delivery') {
      await requireMemberApart(tx, caller.id, alert.programme, stated.participant);
      row = { id: knowledge, since, ...stated };
    } else {
      const { who, ...rest } = stated;
      if (who.trim() === '' || who.length > MAX_WHO) {
        throw invalid('who', `1 to ${MAX_WHO} characters`, who.length);
      }
      const keys = await context.keys.alert(tx, id);
      const whoEnc = encryptFor(keys, rowOf(knowledge), Buffer.from(who));
      row = { id: knowledge, since, ...rest, whoEnc };
    }
    await insertKnowledge(tx, act, id, row, caller.id);
    return { knowledge };
  });
}

/**
 * Who held copies of an alert's artifacts before an instant, who else had or knew it, and which
 * copies cannot be told apart. @throws NOT_FOUND
 */
export async function exposureBefore(
  context: Context,
  caller: PersonCaller,
  id: AlertId,
  before: Instant,
): Promise<Exposure> {
  return context.store.issuer(async (tx) => {
    const alert = await alertById(tx, id);
    if (!alert) throw unknownAlert();
    await requireNoSideIn(tx, caller.id, alert.programme);
    const held = new Map<ReaderId, { -readonly [K in keyof Holder]: Holder[K] }>();
    const handed = new Set<ArtifactId>();
    for (const { participant, reader, artifact, at } of await deliveriesOf(tx, id)) {
      if (at >= before) continue;
      handed.add(artifact);
      const known = held.get(reader);
      if (known) known.copies += 1;
      else held.set(reader, { participant, reader, first: at, copies: 1 });
    }
    const artifacts = await artifactsOf(tx, id);
    const keys = await context.keys.alert(tx, id);
    const others = (await knowledgeOf(tx, id)).filter(({ since }) => since < before);
    return {
      held: [...held.values()],
      others: others.map((row): Outsider => {
        if (row.kind === 'delivery') return row;
        const { whoEnc, ...rest } = row;
        return { ...rest, who: decryptFor(keys, rowOf(row.id), whoEnc).toString() };
      }),
      alike: artifacts
        .filter((artifact) => artifact.marking === 'none' && handed.has(artifact.id))
        .map((artifact) => artifact.id),
    };
  });
}

/**
 * Explanations besides a participant's copy that an investigation must weigh (reference: 2012,
 * 2021, 2025 cases): none of them is excluded by timing.
 */
export const RIVAL_HYPOTHESES = [
  'issuer_insider',
  'upstream',
  'public_commit',
  'patch_diff',
  'independent_rediscovery',
  'in_the_wild_prior',
] as const;

function rowOf(id: KnowledgeId): string {
  return `outside_knowledge/${id}`;
}
