/** The thread of `score-sighting.ts`. */
import { scoreReadings } from '../../marking/decoder/score-readings.ts';
import { answerFrom } from '../thread.ts';
import type { Scoring } from './score-sighting.ts';

await answerFrom(({ readings, spent, ledgered }: Scoring) =>
  scoreReadings(readings, spent, ledgered),
);
