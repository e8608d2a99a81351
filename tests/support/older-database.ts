import { asOwner } from './as-owner.ts';
import type { Site } from './house.ts';

/** What an older backup does not have of the ledger, from a size of the log on. */
const NEWER: Readonly<Record<string, string>> = {
  checkpoint: 'size > SIZE',
  tick: 'tick >= SIZE',
  log_node: '(index + 1) * power(2, level) > SIZE',
};

/**
 * Takes the ledger of a running site back to `size` ticks, as a restored backup or a replica that
 * was behind has it. Returns what brings the newer rows back.
 */
export async function goBack(site: Site, size: number): Promise<() => Promise<void>> {
  const placed = `tick >= ${size}`;
  const away = ['create table kept_event as select serial, tick, position from event'];
  const back: string[] = [];
  for (const [table, condition] of Object.entries(NEWER)) {
    const newer = condition.replace('SIZE', String(size));
    away.push(`alter table ${table} no force row level security`);
    away.push(`create table kept_${table} as select * from ${table} where ${newer}`);
    away.push(`delete from ${table} where ${newer}`);
    back.push(`delete from ${table} where ${newer}`);
    back.push(`insert into ${table} select * from kept_${table}`, `drop table kept_${table}`);
  }
  await asOwner(site, [
    'alter table event no force row level security',
    ...away,
    `update event set tick = null, position = null where ${placed}`,
  ]);
  return () =>
    asOwner(site, [
      ...back,
      `update event set tick = null, position = null where ${placed}`,
      `update event set tick = k.tick, position = k.position from kept_event k
        where k.serial = event.serial and k.tick >= ${size}`,
      'drop table kept_event',
    ]);
}
