import { entries, flag, list, nullable, object, real, type Told, text } from './shape.ts';
import { timingAnswer } from './timing-options.ts';

/** An alert as `GET /v1/alerts/{alert}` tells it. */
export const alertAnswer = object({
  id: text,
  programme: text,
  state: text,
  title: text,
  mode: text,
  tlp: text,
  usePermissions: list(text),
  disclosureAt: text,
  version: real,
  approval: nullable(object({ plan: text, approver: nullable(text), at: text })),
  artifacts: list(
    object({
      id: text,
      kind: text,
      variant: text,
      format: text,
      marking: text,
      name: text,
      version: real,
      slots: real,
      sourcePublishedAt: nullable(text),
    }),
  ),
  waves: list(
    object({
      at: text,
      state: text,
      counts: object({
        allowed: real,
        reduced: real,
        held: real,
        denied: real,
        granted: real,
        reasons: entries(real),
      }),
    }),
  ),
  copies: real,
  readersServed: real,
  proposals: list(object({ id: text, kind: text, to: text, dueAt: nullable(text) })),
  refusals: list(object({ proposal: text, why: text, by: text, at: text })),
  changes: object({ noticed: real, acknowledged: real }),
});
export type AlertAnswer = Told<typeof alertAnswer>;

const step = object({ at: text, outcome: text, reasons: list(text) });
const timeline = object({ artifact: text, steps: list(step), says: text });
export type Step = Told<typeof step>;
export type Timeline = Told<typeof timeline>;

/** A plan as `GET /v1/alerts/{alert}/plan` tells it. */
export const planAnswer = object({
  alert: text,
  disclosureAt: text,
  waves: list(
    object({
      at: text,
      allowed: real,
      allowedReduced: real,
      held: real,
      denied: real,
      reasons: entries(real),
      holders: list(object({ full: real, reduced: real })),
    }),
  ),
  publicFrom: list(timeline),
  participants: real,
  lines: list(
    object({
      participant: text,
      name: text,
      artifacts: list(timeline),
      disputed: flag,
      transition: nullable(object({ accepts: list(text), expiresAt: text })),
    }),
  ),
  digest: text,
  timing: timingAnswer,
});
export type PlanAnswer = Told<typeof planAnswer>;

export const alertsPage = object({
  items: list(object({ id: text, state: text, disclosureAt: text, title: nullable(text) })),
  next: nullable(text),
});
