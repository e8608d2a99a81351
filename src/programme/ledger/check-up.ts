import { type Check, fault, ok, warning } from '../../domain/checkup.ts';
import { type Instant, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { databaseClock } from '../../store/clock.ts';
import { custodiesOf } from '../../store/custody-store.ts';
import { durabilityOf } from '../../store/durability-reader.ts';
import { programmes } from '../../store/programme-store.ts';
import { type PersonRow, persons } from '../../store/token-store.ts';
import { readVitals } from '../../store/vitals-reader.ts';
import type { Context } from '../context.ts';

/** More than this between our clock and the database's is worth a look. */
const MAX_DRIFT_MS = 2 * SECOND_MS;
/** A ledger that has missed as many ticks has stopped. */
const MISSED_TICKS = 3;

/** Looks at what an installation has in its database, and at who could do what. */
export async function checkUp(context: Context, now: Instant): Promise<Check[]> {
  return context.store.issuer(async (tx) => {
    const people = await persons(tx);
    const known = await programmes(tx);
    const custodies = await Promise.all(
      known.map(async ({ id, name }) => ({ name, all: await custodiesOf(tx, id) })),
    );
    const unsealed = custodies.filter(({ all }) => !all.some(({ second }) => second !== null));
    const vitals = await readVitals(tx, now);
    return [
      durability(await durabilityOf(tx)),
      clocks(await databaseClock(tx), now, vitals.clockDoubted),
      ledger(vitals.lastTickAt, context.tickMs, now),
      vitals.wavesDue === 0
        ? ok('releases', 'nothing that is due waits')
        : warning(
            'releases',
            `${vitals.wavesDue} waves are due`,
            'look again in a minute; if they stay, at the log of tocsin serve',
          ),
      known.length > 0
        ? ok('programme', `${known.length}`)
        : fault('programme', 'none', 'tocsin admin programme create NAME --pack PACK'),
      twoPersons(people, 'author', 'approver', 'alerts are drafted and approved'),
      twoPersons(people, 'investigator', 'approver', 'traces are made and approved'),
      twoPersons(people, 'manager', 'approver', 'participants are proposed and admitted'),
      operators(people),
      unsealed.length === 0
        ? ok('custody', 'mark keys go to two officers')
        : warning(
            'custody',
            `${unsealed.length} programmes without two officers`,
            'mark keys stay online for ever: tocsin custody propose',
          ),
      ok('mail', 'this version sends none: participants fetch their notices'),
    ];
  });
}

function durability(settings: ReadonlyMap<string, string>): Check {
  const off = [...settings].filter(([, value]) => value !== 'on').map(([name]) => name);
  if (off.length === 0) return ok('database', `${[...settings.keys()].join(', ')}: on`);
  return fault(
    'database',
    `${off.join(', ')}: off`,
    'set them on: an event that is answered for may be lost',
  );
}

function clocks(database: Instant, now: Instant, doubted: boolean): Check {
  if (doubted) {
    return fault('clock', 'in doubt: nothing is released', 'tocsin clock confirm, two persons');
  }
  const drift = Math.abs(database - now);
  if (drift <= MAX_DRIFT_MS) return ok('clock', 'ours and the database’s agree');
  return warning(
    'clock',
    `ours and the database’s are ${Math.round(drift / SECOND_MS)} s apart`,
    'have both follow one time server',
  );
}

function ledger(lastTickAt: Instant | null, tickMs: number, now: Instant): Check {
  if (lastTickAt === null) return warning('ledger', 'no tick yet', 'run tocsin serve');
  const age = now - lastTickAt;
  if (age <= MISSED_TICKS * tickMs + MINUTE_MS) return ok('ledger', 'ticks');
  return fault(
    'ledger',
    `the last tick is ${Math.round(age / MINUTE_MS)} min old`,
    'run tocsin serve, and look at its log: promises of proofs are being broken',
  );
}

/** Without one nobody grants roles; one alone has to be met at the server's own machine for it. */
function operators(people: readonly PersonRow[]): Check {
  const count = people.filter(({ scopes }) => scopes.includes('operator')).length;
  if (count > 1) return ok('operators', `${count}: one grants roles, another confirms`);
  if (count === 0) {
    const remedy = 'tocsin admin person add NAME --scopes operator';
    return fault('operators', 'none: nobody grants roles, or lets somebody in again', remedy);
  }
  return warning(
    'operators',
    'one: what they propose nobody confirms',
    'tocsin admin person add NAME --scopes operator, for them to confirm',
  );
}

/** Whether there is a person with one scope and another one with the other. */
function twoPersons(
  people: readonly PersonRow[],
  one: string,
  other: string,
  purpose: string,
): Check {
  const what = `${one} and ${other}`;
  const having = (scope: string) =>
    people.filter(({ scopes, tokens }) => [...scopes, ...tokens.flat()].includes(scope));
  const [first, second] = [having(one), having(other)];
  if (first.some(({ id }) => second.some((person) => person.id !== id))) return ok(what, purpose);
  return fault(
    what,
    `no two persons by whom ${purpose}`,
    `tocsin admin person add NAME --scopes ${second.length === 0 ? other : one}`,
  );
}
