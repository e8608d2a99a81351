import { HOUR_MS, MINUTE_MS, parseInstant, plus } from '../../domain/instant.ts';
import { alertAnswer } from '../alert-answers.ts';
import { flag, list, nullable, object, text } from '../shape.ts';
import { type Cast, follow } from './act-late.ts';
import { takeAll } from './act-waves.ts';
import { type Alert, draft } from './alert.ts';
import type { Reader } from './readers.ts';
import { oneOfEachRestricted, refusalsOf } from './restricted.ts';
import { pass, release, type Stage } from './stage.ts';
import { momentOf, spanOf } from './words.ts';

/** The day is that of the public record of CVE-2025-53770; the hours are the story's. */
export const OPENED = parseInstant('2025-07-19T17:00:00Z');
const PUBLISHED = parseInstant('2025-07-19T23:00:00Z');
const CONFIRMED_AFTER_MS = 30 * MINUTE_MS;

/** What is known of the second alert when it has been played. */
export type Second = {
  readonly alert: Alert;
  /** Whose text each late artifact is, by its name; null: our own. */
  readonly origins: ReadonlyMap<string, string | null>;
  readonly breakGlass: { readonly at: string; readonly confirmedInTime: boolean };
};

/**
 * Plays an alert that is opened when it is exploited already: one wave for all tiers, publication
 * by one person within hours, and what others publish afterwards, each in the first wave from its
 * own date on. One reader of each tier and of each restricted firm plays it; every firm is decided
 * as ever.
 */
export async function playSecond(
  stage: Stage,
  readers: readonly Reader[],
  suspended: string,
): Promise<Second> {
  const { page } = stage;
  await pass(stage, OPENED);
  page.part('5  The second alert: exploited before it was opened', momentOf(OPENED));
  const cast = choose(readers, suspended);
  const { alert, late } = await draft(stage, 'sharepoint-2025-07-19');
  await open(stage, alert, cast);
  const breakGlass = await breakTheGlass(stage, alert, cast);
  await follow(stage, alert, late, cast, PUBLISHED);
  const origins = new Map(late.map(({ name, origin }) => [name, origin]));
  return { alert, origins, breakGlass };
}

function choose(readers: readonly Reader[], suspended: string): Cast {
  const served = readers.filter(
    ({ firm, participant }) => firm.role === 'regular' && participant !== suspended,
  );
  const tiers = Map.groupBy(served, ({ firm }) => firm.enrolment.tier);
  const regular = [...tiers.values()].flatMap(([first]) => first ?? []);
  return { regular, restricted: oneOfEachRestricted(readers) };
}

/** Exploited, planned, approved, and served at once: every lead there is has passed. */
async function open(stage: Stage, alert: Alert, cast: Cast): Promise<void> {
  const { page, issuer } = stage;
  const { author, approver } = issuer;
  const path = `/v1/alerts/${alert.id}`;
  await author.api.post(`${path}/events`, { kind: 'exploited' });
  const { digest } = planned(await author.api.get(`${path}/plan`), 'plan');
  await approver.api.post(`${path}/approval`, { plan: digest });
  await release(stage);
  await takeAll(stage, cast.regular);
  const [advisory] = alert.artifacts.filter(({ kind }) => kind === 'advisory');
  const wanted = { alert: alert.id, artifact: advisory?.id ?? '' };
  const refused = await refusalsOf(stage, cast.restricted, wanted);
  const { waves } = alertAnswer(await author.api.get(path), 'alert');
  page.line(
    `CVE-2025-53770 and -53771: ${alert.artifacts.length} artifacts, and every lead has passed. ` +
      "Days are those of the public records, hours the story's.",
  );
  page.fact(
    `17:00Z, approved by ${approver.name}: one wave for all tiers, ${waves[0]?.counts.granted} ` +
      `firms. ${refused} that must report, or may have to, ask and find nothing.`,
  );
}

const planned = object({ digest: text });
const published = object({ disclosureAt: text });
const confirmed = object({ inTime: flag });

/** One person publishes; another confirms, and the questions about the alert are answered. */
async function breakTheGlass(
  stage: Stage,
  alert: Alert,
  cast: Cast,
): Promise<Second['breakGlass']> {
  const { page, issuer } = stage;
  const { author, approver } = issuer;
  await pass(stage, PUBLISHED);
  const path = `/v1/alerts/${alert.id}/publication`;
  const { disclosureAt } = published(
    await author.api.post(path, { reason: 'exploited' }),
    'publication',
  );
  await release(stage);
  await takeAll(stage, [...cast.regular, ...cast.restricted]);
  await pass(stage, plus(PUBLISHED, CONFIRMED_AFTER_MS));
  const { inTime } = confirmed(await approver.api.post(`${path}/confirmation`, {}), 'confirmation');
  await answerQuestions(stage, alert);
  const left = spanOf((parseInstant(disclosureAt) - OPENED) / HOUR_MS);
  page.fact(
    `23:00Z, it is public: ${author.name} breaks the glass, ${approver.name} confirms it ` +
      `${inTime ? 'in time' : 'late'}. ${left} of early warning were left, and none against ` +
      'those who exploit it.',
  );
  return { at: disclosureAt, confirmedInTime: inTime };
}

const work = object({ items: list(object({ id: text, alert: nullable(text) })) });

/** That it was exploited had asked the issuer whether to publish: it has. */
async function answerQuestions({ issuer, rehearsal }: Stage, alert: Alert): Promise<void> {
  const { api } = issuer.operator;
  const path = `/v1/programmes/${rehearsal.programme}/work-items`;
  const { items } = work(await api.get(path), 'work');
  for (const item of items.filter((each) => each.alert === alert.id)) {
    await api.post(`/v1/work-items/${item.id}/resolution`, {});
  }
}
