import type { SightingId } from '../../src/domain/ids.ts';
import { type Find, recordFind } from '../../src/programme/trace/record-find.ts';
import { approveTrace, openSighting, runTrace } from '../../src/programme/trace/trace-leak.ts';
import type { TraceReport } from '../../src/programme/trace/trace-report.ts';
import type { House } from './house.ts';

/** A find on a public site, now, of nothing that anybody shipped. */
export function someFind(house: House): Find {
  const foundAt = house.clock.now();
  return { kind: 'public_site', place: 'a paste', foundAt, shipped: 'no', member: null };
}

/** A sighting that the author opened, with its find, and the approver approved. */
export async function approvedSample(
  house: House,
  sample: string | Buffer,
  find: Find = someFind(house),
): Promise<SightingId> {
  const { context, author, approver, programme, clock } = house;
  const now = clock.now();
  const { sighting } = await openSighting(context, author, programme, Buffer.from(sample), now);
  await recordFind(context, author, sighting, find, now);
  await approveTrace(context, approver, sighting, now);
  return sighting;
}

/** The report on a sample, the whole way. */
export async function traced(
  house: House,
  sample: string | Buffer,
  find: Find = someFind(house),
): Promise<TraceReport> {
  const sighting = await approvedSample(house, sample, find);
  return runTrace(house.context, house.author, sighting, house.clock.now());
}
