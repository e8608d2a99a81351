import { plain } from '../../participant/plain.ts';
import { utc } from '../../participant/utc.ts';

/** What is owed, as text for people. Whatever came from outside goes through `plain`. */

type Owed = {
  readonly code: string;
  /** Null where it counts from something that has not happened. */
  readonly due: string | null;
  readonly withinMs: number | null;
  readonly state: string | null;
};

/** A code that this program does not know yet is named as it is. */
const WORDS: Readonly<Record<string, string>> = {
  keep_embargo: 'keep it to yourselves',
  acknowledge: 'acknowledge a copy',
  leak_report: 'report a leak of your own, from when you notice it',
  status_report: 'report how you are affected',
  protection_report: 'have your protection ready, and report it',
  retest: 'try again what was revised after you tried it: see feedback',
  post: 'publish what is yours to publish, and report it',
  return_copies: 'give up your copies, from when you are suspended or leave',
};
const STATES: Readonly<Record<string, string>> = {
  done: ': done',
  late: ': done late',
  overdue: ': OVERDUE',
};

/** What the inbox says, one a line. */
export function showObligations(
  obligations: readonly {
    readonly code: string;
    readonly dueAt: string | null;
    readonly withinMs: number | null;
    readonly state: string;
  }[],
): string[] {
  return obligations.map(({ dueAt, ...owed }) => line({ ...owed, due: dueAt }));
}

/** What a copy says, as it was when the copy was issued. */
export function showOwed(obligations: {
  readonly due: Readonly<Record<string, number>>;
  readonly within: Readonly<Record<string, number>>;
}): string[] {
  const due = Object.entries(obligations.due).map(([code, at]) =>
    line({ code, due: utc(at), withinMs: null, state: null }),
  );
  const within = Object.entries(obligations.within).map(([code, withinMs]) =>
    line({ code, due: null, withinMs, state: null }),
  );
  return [...due, ...within];
}

function line({ code, due, withinMs, state }: Owed): string {
  const word = code === 'keep_embargo' ? 'until' : 'by';
  const time = due === null ? withinText(withinMs) : `${word} ${due}`;
  return `you owe: ${WORDS[code] ?? plain(code)}, ${time}${STATES[state ?? ''] ?? ''}`;
}

const DAY_MS = 86_400_000;
const UNITS = [
  [3_600_000, 'h'],
  [60_000, 'min'],
] as const;

/** Days only from two on, as programmes say it. */
function withinText(ms: number | null): string {
  if (ms === null) return 'at no time that is said';
  if (ms >= 2 * DAY_MS && ms % DAY_MS === 0) return `within ${ms / DAY_MS} d`;
  const [size, sign] = UNITS.find(([unit]) => ms % unit === 0) ?? [1, 'ms'];
  return `within ${ms / size} ${sign}`;
}
