import type { SightingId } from '../../src/domain/ids.ts';
import { approveTrace, openSighting, runTrace } from '../../src/programme/trace-leak.ts';
import type { TraceReport } from '../../src/programme/trace-report.ts';
import type { House } from './house.ts';

/** A sighting that the author opened and the approver approved. */
export async function approvedSample(house: House, sample: string): Promise<SightingId> {
  const { context, author, approver, programme, clock } = house;
  const now = clock.now();
  const { sighting } = await openSighting(context, author, programme, Buffer.from(sample), now);
  await approveTrace(context, approver, sighting, now);
  return sighting;
}

/** The report on a sample, the whole way. */
export async function traced(house: House, sample: string): Promise<TraceReport> {
  const sighting = await approvedSample(house, sample);
  return runTrace(house.context, house.author, sighting, house.clock.now());
}
