import type { Instant } from '../../domain/instant.ts';
import { type Vitals, readVitals as vitalsOf } from '../../store/vitals-reader.ts';
import type { Context } from '../context.ts';

export type { Vitals };

/** What the operator watches. @throws STORE_UNAVAILABLE */
export async function readVitals(context: Context, now: Instant): Promise<Vitals> {
  return context.store.issuer((tx) => vitalsOf(tx, now));
}
