import type { Marking } from '../../domain/artifact.ts';
import type { AlertId, ArtifactId } from '../../domain/ids.ts';
import { lnPrice } from '../../marking/decoder/budget.ts';
import { ALPHA } from '../../marking/decoder/score.ts';
import type { SlotTable } from '../../marking/slot-table.ts';
import { alertById, artifactsOf } from '../../store/alert-reader.ts';
import type { Tx } from '../../store/database.ts';
import { programmeById } from '../../store/programme-store.ts';
import { looksSpent } from '../../store/trace-store.ts';
import type { Context } from '../context.ts';
import { inThread } from '../thread.ts';
import { unknownAlert } from './draft-alert.ts';

/** What the copies of one artifact could say if it leaked alone. */
export type ArtifactBudget = {
  readonly artifact: ArtifactId;
  readonly marking: Marking;
  /** Places at which copies differ by a choice of two texts. */
  readonly slots: number;
  /** Places that carry a value of the reader's own. */
  readonly canaries: number;
  /** About the share of its copies of which one is identified with `loss` of the slots lost. */
  readonly alone: number;
  /** Alternates that could be suggested to the author beside those approved. */
  readonly suggested: number;
};

/** What a leak of an alert could be traced to, before anything of it is released. */
export type MarkingBudget = {
  readonly alert: AlertId;
  /** Readers the programme may ever have, and the next look of the error budget: the price. */
  readonly cap: number;
  readonly look: number;
  /** Share of the slots supposed lost where a share of copies is told. */
  readonly loss: number;
  readonly artifacts: readonly ArtifactBudget[];
  /** Slots of all artifacts together, those that several share counted once. */
  readonly slots: number;
  /** How many of them are expected to name participants: which do is secret. */
  readonly participantSlots: number;
  /**
   * About how often somebody is named when everything leaks undamaged, mixed from the copies of
   * one, two and three participants.
   */
  readonly power: readonly [number, number, number];
  /** About how often one copy is, of everything, with `loss` of the slots lost. */
  readonly alone: number;
  /** About how many more slots bring that to .95; null: no number does. */
  readonly missing: number | null;
};

/** What the thread is given. */
export type Budgeting = {
  readonly lnLevel: number;
  readonly artifacts: readonly {
    readonly table: SlotTable;
    /** The master where alternates can be suggested for it; else null. */
    readonly text: string | null;
  }[];
};

/** What the thread answers, artifacts in the order given. */
export type Budgeted = Pick<
  MarkingBudget,
  'loss' | 'slots' | 'participantSlots' | 'power' | 'alone' | 'missing'
> & {
  readonly artifacts: readonly Pick<ArtifactBudget, 'slots' | 'canaries' | 'alone' | 'suggested'>[];
};

const THREAD = new URL('./marking-budget-thread.ts', import.meta.url);

/** Formats whose text is prose throughout. */
const PROSE: ReadonlySet<string> = new Set(['text', 'markdown']);

/**
 * What a leak of an alert could be traced to. It is simulated in a thread: seconds.
 * @throws NOT_FOUND; LIMIT_EXCEEDED, see `inThread`.
 */
export async function markingBudget(context: Context, id: AlertId): Promise<MarkingBudget> {
  const { cap, look, artifacts, budgeting } = await context.store.issuer((tx) =>
    factsOf(context, tx, id),
  );
  const found = await inThread<Budgeted>(THREAD, 'alert', budgeting);
  return {
    alert: id,
    cap,
    look,
    ...found,
    artifacts: artifacts.map((artifact, i) => ({
      ...artifact,
      ...(found.artifacts[i] ?? { slots: 0, canaries: 0, alone: 0, suggested: 0 }),
    })),
  };
}

async function factsOf(context: Context, tx: Tx, id: AlertId) {
  const alert = await alertById(tx, id);
  if (!alert) throw unknownAlert();
  const { readerCap: cap } = await programmeById(tx, alert.programme);
  const look = (await looksSpent(tx)) + 1;
  const keys = await context.keys.alert(tx, id);
  const rows = await artifactsOf(tx, id);
  const parts: Budgeting['artifacts'][number][] = [];
  for (const row of rows) {
    const { table, master } = await context.renders.open(tx, row, keys);
    const prose = row.marking === 'full' && PROSE.has(row.format);
    parts.push({ table, text: prose ? master.toString() : null });
  }
  return {
    cap,
    look,
    artifacts: rows.map(({ id: artifact, marking }) => ({ artifact, marking })),
    budgeting: { lnLevel: Math.log(ALPHA) - lnPrice({ cap, look }), artifacts: parts },
  };
}
