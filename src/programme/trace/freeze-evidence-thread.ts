/** The thread of `seal-mark-keys.ts`. */
import type { Entry } from '../../marking/decoder/fresh.ts';
import { freezeEvidence } from '../../marking/decoder/frozen.ts';
import { answerFrom } from '../thread.ts';

await answerFrom((entries: readonly Entry[]) => freezeEvidence(entries));
