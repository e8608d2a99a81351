/**
 * What a history has come to, as the rules' words have it: the facts that acts have stated, what
 * follows from them with time, and what each participant was told so far.
 */

import type { AlertMode } from '../../../src/domain/alert.ts';
import type { Consent, Enrolment } from '../../../src/domain/enrolment.ts';
import type { AlertId, ArtifactId } from '../../../src/domain/ids.ts';
import { DAY_MS, type Instant, SECOND_MS } from '../../../src/domain/instant.ts';
import type { TestReader } from '../house.ts';
import {
  BOOKS,
  type Book,
  type Holding,
  holding,
  NOTHING,
  type Opening,
  openingAt,
  openingUnder,
  type Piece,
} from './rules.ts';

const SOON_MS = 60 * DAY_MS;

export type Firm = {
  readonly name: string;
  readonly reader: TestReader;
  enrolment: Enrolment;
};

export type Alert = {
  readonly name: string;
  readonly id: AlertId;
  readonly pieces: (Piece & { readonly id: ArtifactId })[];
  /** `drill`: the public never learns of it. `rehearsal`: nobody does. */
  readonly mode: AlertMode;
  approved: boolean;
  opening: Opening;
  /** One person has published it. */
  published: boolean;
  readonly happened: Map<string, Instant>;
  readonly consents: Map<Firm, Consent>;
  /** Open ones: the end of the embargo they ask for, and by when. */
  readonly invited: Map<Firm, { until: Instant; readonly deadline: Instant }>;
  readonly told: Map<Firm, Told>;
  /** Artifacts of which the public was told. */
  readonly disclosed: Set<number>;
};

/**
 * Grants of an alert to a participant: the last one made, and the one of the latest time. They are
 * two after a clock was ahead, until that time has come.
 */
export type Told = { readonly last: Holding; readonly latest: Holding; readonly at: Instant };

export type Model = {
  book: Book;
  readonly firms: Firm[];
  readonly alerts: Alert[];
  /** The latest time that was certain; null before the first look at the clock. */
  highWater: Instant | null;
  doubted: boolean;
  /** The latest time at which something was done since persons last said what time it is. */
  lastAct: Instant | null;
};

export function newModel(clock: Pick<Model, 'highWater' | 'doubted'>): Model {
  return { book: BOOKS[0], firms: [], alerts: [], lastAct: null, ...clock };
}

/** What a firm may hold of an alert at `at`; of a draft nobody holds anything. */
export function holds({ book }: Model, firm: Firm, alert: Alert, at: Instant): Holding {
  if (!alert.approved || alert.mode === 'rehearsal') return NOTHING;
  return holding(book, firm.enrolment, alert.consents.get(firm) ?? 'no_embargo', alert, at);
}

/** Whether the rules would give a firm something before T0, from `at` on, if it were to consent. */
export function wouldHold({ book }: Model, firm: Firm, alert: Alert, at: Instant): boolean {
  if (alert.mode === 'rehearsal') return false;
  const { enrolment } = firm;
  const starts = [at, enrolment.agreement?.signedAt ?? at, ...Object.values(alert.opening.tiers)];
  return starts.some(
    (start) =>
      start >= at &&
      start < alert.opening.t0 &&
      holding(book, enrolment, 'signatory', alert, start).pieces.size > 0,
  );
}

/** For as long as any history lasts: what ends then does not end. */
export const LONG_MS = 4_000 * DAY_MS;

/** Every instant soon after `at` at which anything can change by time alone, in order. */
export function turningPoints({ firms, alerts }: Model, at: Instant): Instant[] {
  const points = new Set<Instant>();
  for (const { opening, invited } of alerts) {
    for (const each of [opening.t0, ...Object.values(opening.tiers)]) points.add(each);
    for (const { deadline } of invited.values()) points.add(deadline);
  }
  for (const { enrolment } of firms) {
    const { agreement, duty } = enrolment;
    if (agreement !== null) points.add(agreement.signedAt).add(agreement.expiresAt);
    if (duty.status === 'stated') points.add(duty.expiresAt);
  }
  const soon = [...points].filter((point) => point > at && point < at + SOON_MS);
  return soon.sort((a, b) => a - b);
}

/** The latest instant that has come for certain. */
export function certainlyCome({ doubted, highWater }: Model, at: Instant): Instant {
  return doubted && highWater !== null && highWater < at ? highWater : at;
}

/** Another policy: every alert opens by its leads. */
export function enact(model: Model, book: Book, at: Instant): void {
  model.book = book;
  const come = certainlyCome(model, at);
  for (const alert of model.alerts) alert.opening = openingAt(book, alert.opening.t0, come);
}

/**
 * Silence: an invitation whose deadline has come is refused, unless the firm has agreed to every
 * embargo since, its question was over before, or is not to be seen, of a draft.
 */
export function lapse({ alerts }: Pick<Model, 'alerts'>, at: Instant): void {
  for (const { invited, consents, opening, approved } of alerts) {
    for (const [firm, { deadline }] of invited) {
      if (deadline > at) continue;
      const over = !approved || (opening.t0 <= at && opening.t0 < deadline);
      const refused = firm.enrolment.consentMode === 'per_alert' && !over;
      consents.set(firm, refused ? 'declined' : 'no_embargo');
      invited.delete(firm);
    }
  }
}

/**
 * Another T0. Shorter terms bind whoever has accepted longer ones; longer terms bind nobody who has
 * not seen them, unless its agreement consents to every embargo.
 */
export function moveT0(model: Model, alert: Alert, to: Instant, at: Instant): void {
  lapse({ alerts: [alert] }, at);
  const from = alert.opening.t0;
  alert.opening = openingUnder(model.book, to);
  for (const [firm, consent] of alert.consents) {
    const asks = firm.enrolment.consentMode === 'per_alert';
    const invitation = alert.invited.get(firm);
    const seen = consent === 'signatory' ? from : invitation?.until;
    const bound = consent === 'signatory' || (consent === 'invited' && invitation !== undefined);
    if (!bound || seen === undefined || to <= seen || !asks) continue;
    alert.consents.set(firm, 'lapsed');
    alert.invited.delete(firm);
  }
  for (const invitation of alert.invited.values()) invitation.until = to;
}

/** How far the clock may go back by itself. */
export const SLACK_MS = 2 * SECOND_MS;
/** How far the two clocks may part. */
export const APART_MS = 60 * SECOND_MS;

/** A look at the clock; from a doubt on nothing is certain until persons say so. */
export function look(
  model: Model,
  seen: { readonly wall: Instant; readonly database: Instant; readonly jumped: boolean },
): void {
  const { wall, database, jumped } = seen;
  const highWater = model.highWater ?? wall;
  model.doubted ||= jumped || wall < highWater - SLACK_MS || Math.abs(wall - database) > APART_MS;
  model.highWater = model.doubted || wall < highWater ? highWater : wall;
}

/** A grant to a firm, of what it may hold at that instant. */
export function tell({ told }: Alert, firm: Firm, held: Holding, at: Instant): void {
  const before = told.get(firm);
  const latest = before !== undefined && before.at > at ? before : { latest: held, at };
  told.set(firm, { ...latest, last: held });
}
