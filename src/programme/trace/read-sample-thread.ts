/** The thread of `read-sighting.ts`. */
import { prepareAlert, readOpened } from '../../marking/extract/read-sample.ts';
import { openSample } from '../../marking/extract/sample.ts';
import { answerFrom } from '../thread.ts';
import type { BlindReading } from './read-sighting.ts';

await answerFrom(({ sample, alerts }: BlindReading) => {
  const opened = openSample(sample);
  return alerts.map((known) => readOpened(opened, prepareAlert(known)));
});
