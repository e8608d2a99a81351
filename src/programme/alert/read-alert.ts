import type { AlertMode, AlertState } from '../../domain/alert.ts';
import type {
  ArtifactKind,
  Format,
  Marking,
  Tlp,
  UsePermission,
  Variant,
} from '../../domain/artifact.ts';
import type { AlertId, ArtifactId, PersonId, ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Schedule } from '../../domain/schedule.ts';
import type { AlertDates, VulnerabilityFacts } from '../../domain/vulnerability.ts';
import { alertById, alertsPage, approvalOf, artifactsOf } from '../../store/alert-reader.ts';
import { deliveriesOf } from '../../store/delivery-reader.ts';
import { type Move, noticesOfChange, openMoves } from '../../store/disclosure-store.ts';
import { type Wave, wavesOf } from '../../store/release-store.ts';
import type { Context } from '../context.ts';
import type { Page } from '../page.ts';
import { nameOf } from '../render-shelf.ts';
import { type Refusal, readHead } from './alert-head.ts';
import { unknownAlert } from './draft-alert.ts';

/** An alert as the issuer's own persons see it. */
export type AlertView = {
  readonly id: AlertId;
  readonly programme: ProgrammeId;
  readonly author: PersonId;
  readonly state: AlertState;
  readonly title: string;
  readonly mode: AlertMode;
  readonly vulnerability: VulnerabilityFacts;
  readonly dates: AlertDates;
  readonly tlp: Tlp;
  readonly usePermissions: readonly UsePermission[];
  readonly schedule: Schedule;
  readonly version: number;
  readonly approval: {
    readonly plan: string;
    /** Null: nobody vetoed it while it was announced. */
    readonly approver: PersonId | null;
    readonly at: Instant;
  } | null;
  readonly artifacts: readonly {
    readonly id: ArtifactId;
    readonly kind: ArtifactKind;
    readonly variant: Variant;
    readonly format: Format;
    readonly marking: Marking;
    readonly name: string;
    readonly version: number;
    readonly slots: number;
    readonly reducedBy: ArtifactId | null;
    readonly revises: ArtifactId | null;
    readonly sourcePublishedAt: Instant | null;
  }[];
  readonly waves: readonly Omit<Wave, 'alert' | 'cursor'>[];
  readonly copies: number;
  readonly readersServed: number;
  /** What is proposed for it and waits for a second person, and what somebody refused. */
  readonly proposals: readonly Pick<Move, 'id' | 'kind' | 'to' | 'proposer' | 'dueAt'>[];
  readonly refusals: readonly Refusal[];
  /** Notices that something changed, and how many of them were acknowledged. */
  readonly changes: { readonly noticed: number; readonly acknowledged: number };
};

/** @throws NOT_FOUND */
export async function readAlert(context: Context, id: AlertId): Promise<AlertView> {
  return context.store.issuer(async (tx) => {
    const alert = await alertById(tx, id);
    if (!alert) throw unknownAlert();
    const keys = await context.keys.alert(tx, id);
    const { title, mode, facts, dates, refusals } = await readHead(context, tx, alert);
    const artifacts: AlertView['artifacts'][number][] = [];
    for (const artifact of await artifactsOf(tx, id)) {
      const name = nameOf(artifact, keys);
      const { kind, variant, format, marking, version, slots } = artifact;
      const { reducedBy, revises, sourcePublishedAt } = artifact;
      const told = { kind, variant, format, marking, name, version, slots };
      artifacts.push({ id: artifact.id, ...told, reducedBy, revises, sourcePublishedAt });
    }
    const deliveries = await deliveriesOf(tx, id);
    const { programme, author, state, tlp, usePermissions, schedule, version } = alert;
    return {
      id,
      programme,
      author,
      state,
      title,
      mode,
      vulnerability: facts,
      dates,
      tlp,
      usePermissions,
      schedule,
      version,
      approval: await approvalOf(tx, id),
      artifacts,
      waves: (await wavesOf(tx, id)).map(({ at, state: waveState, counts }) => ({
        at,
        state: waveState,
        counts,
      })),
      copies: deliveries.length,
      readersServed: new Set(deliveries.map((delivery) => delivery.reader)).size,
      proposals: (await openMoves(tx, id)).map((move) => ({
        id: move.id,
        kind: move.kind,
        to: move.to,
        proposer: move.proposer,
        dueAt: move.dueAt,
      })),
      refusals,
      changes: await noticesOfChange(tx, id),
    };
  });
}

/** Ids, states and disclosure of a programme's alerts. */
export async function listAlerts(
  context: Context,
  programme: ProgrammeId,
  after: AlertId | null,
  limit: number,
): Promise<Page<{ id: AlertId; state: AlertState; disclosureAt: Instant; title: string }>> {
  return context.store.issuer(async (tx) => {
    const rows = await alertsPage(tx, programme, after, limit);
    const items = [];
    for (const { id, state, schedule, headEnc } of rows) {
      const { title } = await readHead(context, tx, { id, headEnc });
      items.push({ id, state, disclosureAt: schedule.disclosureAt, title });
    }
    return { items, next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null };
  });
}
