import type { Alert } from './alert.ts';
import { type TracedTexts, traceTexts } from './find-texts.ts';
import { type CanaryFound, traceTraffic } from './find-traffic.ts';
import { traceUnmarked, type Unmarked } from './find-unmarked.ts';
import { type Draw, FOUND } from './leaks.ts';
import type { Reader } from './readers.ts';
import { pass, type Stage } from './stage.ts';
import { momentOf } from './words.ts';

/** What three finds came to. */
export type Finds = {
  readonly texts: TracedTexts;
  readonly canary: CanaryFound;
  readonly unmarked: Unmarked;
};

/** Three finds turn up and are traced, each opened by one person and approved by another. */
export async function lookInto(
  stage: Stage,
  alert: Alert,
  readers: readonly Reader[],
  draw: Draw,
): Promise<Finds> {
  const { page } = stage;
  await pass(stage, FOUND);
  page.part('4  Three finds', momentOf(FOUND));
  const texts = await traceTexts(stage, alert, readers, draw.textsOf);
  page.line();
  const canary = await traceTraffic(stage, alert, readers, draw.trafficOf);
  page.line();
  const unmarked = await traceUnmarked(stage, alert, readers);
  return { texts, canary, unmarked };
}
