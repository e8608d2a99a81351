import { TocsinError } from '../domain/errors.ts';
import { EMPTY_LIST, nextList } from './evidence-list.ts';

/**
 * Watches the issuer's bodies of a ledger for readings that were left out of the evidence over
 * alerts (docs/formats/ledger-export.md, step 6).
 */
export type EvidenceWatch = {
  /** The issuer's bodies of the next tick; null for one that was erased. */
  tick(bodies: readonly (string | null)[]): void;
  /** @throws LEDGER_TAMPERED naming the programme and what is missing. */
  finish(): void;
};

/** What the ledger says of one programme's evidence. */
type Programme = {
  /** The tick of each reading that read a slot, by sighting, alert and hash. */
  readonly readings: Map<string, number>;
  /** The name of the n-th reading that entered, with its hash. */
  readonly entered: Map<number, { readonly name: string; readonly hash: string }>;
  readonly counted: { readonly tick: number; readonly readings: number; readonly list: string }[];
};

/** A watch at the beginning of a ledger. */
export function watchEvidence(): EvidenceWatch {
  const programmes = new Map<string, Programme>();
  let tick = 0;
  let erased = false;
  return {
    tick(bodies) {
      for (const body of bodies) {
        if (body === null) erased = true;
        else note(programmes, tick, eventOf(body));
      }
      tick += 1;
    },
    finish() {
      // What an erased body said cannot be missed.
      if (erased) return;
      for (const [id, programme] of programmes) check(`programme ${id}`, programme);
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;
type EventBody = { readonly type: unknown; readonly programme: unknown; readonly data: Fields };

function eventOf(body: string): EventBody | null {
  try {
    const event: unknown = JSON.parse(body);
    if (!isRecord(event) || !isRecord(event['data'])) return null;
    return { type: event['type'], programme: event['programme'], data: event['data'] };
  } catch {
    return null;
  }
}

function note(programmes: Map<string, Programme>, tick: number, event: EventBody | null): void {
  if (event === null) return;
  const { type, data } = event;
  const id = String(event.programme);
  const known = programmes.get(id) ?? newProgramme();
  programmes.set(id, known);
  const hash = String(data['reading']);
  const name = `${data['sighting']}/${data['alert']}/${hash}`;
  const number = Number(data['nth']);
  if (type === 'reading_committed' && Number(data['read']) > 0) known.readings.set(name, tick);
  if (type === 'evidence_entered') {
    if (known.entered.has(number)) throw fault(`programme ${id}`, `one entry ${number}`, 'two');
    known.entered.set(number, { name, hash });
  }
  if (type === 'evidence_counted') {
    const [readings, list] = [Number(data['readings']), String(data['list'])];
    known.counted.push({ tick, readings, list });
  }
}

function newProgramme(): Programme {
  return { readings: new Map(), entered: new Map(), counted: [] };
}

function check(where: string, { readings, entered, counted }: Programme): void {
  const lists = [EMPTY_LIST];
  const numbers = new Map<string, number>();
  for (let nth = 1; nth <= entered.size; nth++) {
    const entry = entered.get(nth);
    if (entry === undefined) throw fault(where, `${entered.size} entries in a row`, `no ${nth}`);
    const { name, hash } = entry;
    if (!readings.has(name)) throw fault(where, `a reading for entry ${nth}`, 'none');
    numbers.set(name, nth);
    lists.push(nextList(lists[nth - 1] ?? '', hash));
  }
  const waiting = [...readings].sort(([, a], [, b]) => a - b);
  let before = 0;
  let latest = 0;
  for (const count of counted.toSorted((a, b) => a.tick - b.tick)) {
    const at = `${where}: tick ${count.tick}: evidence of ${count.readings} readings`;
    if (lists[count.readings] !== count.list) throw fault(at, 'the list of its entries', 'another');
    for (; (waiting[before]?.[1] ?? count.tick) < count.tick; before++) {
      latest = Math.max(latest, numbers.get(waiting[before]?.[0] ?? '') ?? Infinity);
    }
    if (latest > count.readings) throw fault(at, 'all of the ticks before', 'not all');
  }
}

function fault(where: string, expected: string, found: string): TocsinError {
  return new TocsinError('LEDGER_TAMPERED', `${where}: expected ${expected}, found ${found}`);
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
