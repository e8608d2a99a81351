/** In which form each act takes its second person, as far as a programme may choose. */
import { invalid } from './errors.ts';

/**
 * `two_persons`: nothing happens before another person confirms. `one_then_veto`: announced to all,
 * in force after a stated wait unless somebody vetoes. `one_then_confirm`: in force now, and to be
 * confirmed by another person by a stated time.
 */
export const FORMS = ['two_persons', 'one_then_veto', 'one_then_confirm'] as const;
/** One of `FORMS`. */
export type Form = (typeof FORMS)[number];

/** Why an act does not have a form. */
export const REFUSALS = {
  goes_out: 'what went out before anybody else looked cannot be called back',
  told: 'a copy that was named cannot be unnamed',
  opened: 'a mark key that was open was open, and each of two officers holds half of it',
  at_once: 'it is for the moment at which nobody else can be reached',
  suspension: 'a suspension shuts as much at once, and can be lifted',
  in_two: 'one of the two is told a code, the other a link, and it takes both',
  by_the_clock: 'a wait cannot be measured by a clock that is doubted',
  itself: 'who could loosen this alone could do everything alone',
  not_built: 'no wait concludes it in this version',
} as const satisfies Record<string, string>;
/** One of the words of `REFUSALS`. */
export type Refusal = keyof typeof REFUSALS;

/** Bounds of a wait or of the time for a confirmation, in hours. */
export type Hours = { readonly least: number; readonly most: number };

/** Null: admitted, and there is no time to state. */
type Cell = Hours | Refusal | null;
type Row = Readonly<Record<Form, Cell>>;

const WAIT: Hours = { least: 1, most: 336 };

/** What may open something to somebody. */
const OPENS = { two_persons: null, one_then_veto: WAIT, one_then_confirm: 'goes_out' } as const;

function alwaysTwo<V extends Refusal, C extends Refusal>(veto: V, confirm: C) {
  return { two_persons: null, one_then_veto: veto, one_then_confirm: confirm } as const;
}

function atOnce(most: number) {
  const confirm: Hours = { least: 1, most };
  return { two_persons: 'at_once', one_then_veto: 'at_once', one_then_confirm: confirm } as const;
}

/** Each act of the second-person set, and which forms it admits. */
export const SECOND_PERSON = {
  alert_approval: OPENS,
  alert_change: OPENS,
  disclosure_change: OPENS,
  late_artifact: OPENS,
  policy: OPENS,
  admission: OPENS,
  import: OPENS,
  member_facts: OPENS,
  terms: OPENS,
  register: OPENS,
  reinstatement: OPENS,
  removal: { two_persons: null, one_then_veto: WAIT, one_then_confirm: 'suspension' },
  standing_down: atOnce(168),
  publication: atOnce(24),
  role_grant: alwaysTwo('not_built', 'goes_out'),
  platform: alwaysTwo('not_built', 'goes_out'),
  trace: alwaysTwo('not_built', 'told'),
  trace_report: alwaysTwo('not_built', 'told'),
  recovery: alwaysTwo('in_two', 'in_two'),
  mark_key: alwaysTwo('opened', 'opened'),
  clock: alwaysTwo('by_the_clock', 'by_the_clock'),
  forms: alwaysTwo('itself', 'itself'),
} as const satisfies Record<string, Row>;
/** An act that takes a second person. */
export type SecondPersonAct = keyof typeof SECOND_PERSON;

/** All of them, in the order of the table. */
export const SECOND_PERSON_ACTS = Object.keys(SECOND_PERSON) as readonly SecondPersonAct[];

type Admitting<F extends Form> = {
  [A in SecondPersonAct]: (typeof SECOND_PERSON)[A][F] extends Refusal ? never : A;
}[SecondPersonAct];

/** An act that may take effect after a wait. */
export type VetoableAct = Admitting<'one_then_veto'>;
/** An act that one person may do alone, to be confirmed. */
export type ConfirmableAct = Admitting<'one_then_confirm'>;

/** The form of an act; `hours` is the wait, or the time for the confirmation; null: none. */
export type Setting = { readonly form: Form; readonly hours: number | null };

/** What is so where a programme has chosen nothing. */
export const USUAL: Readonly<Record<SecondPersonAct, Setting>> = {
  ...(Object.fromEntries(
    SECOND_PERSON_ACTS.map((act) => [act, { form: 'two_persons', hours: null }]),
  ) as Record<SecondPersonAct, Setting>),
  standing_down: { form: 'one_then_confirm', hours: 72 },
  publication: { form: 'one_then_confirm', hours: 1 },
};

/** Why an act does not admit a form; null: it does. */
export function refusalOf(act: SecondPersonAct, form: Form): Refusal | null {
  const cell = cellOf(act, form);
  return typeof cell === 'string' ? cell : null;
}

/** The bounds of the time that goes with a form; null: none, or the form is not admitted. */
export function hoursOf(act: SecondPersonAct, form: Form): Hours | null {
  const cell = cellOf(act, form);
  return typeof cell === 'string' ? null : cell;
}

/** @throws INVALID_INPUT for a form that the act does not admit, with why, and for other hours. */
export function checkSetting(act: SecondPersonAct, { form, hours }: Setting): void {
  const refusal = refusalOf(act, form);
  if (refusal !== null) {
    const forms = FORMS.filter((one) => refusalOf(act, one) === null).join(' or ');
    throw invalid('form', `${forms} for ${act}, since ${REFUSALS[refusal]}`, form);
  }
  const bounds = hoursOf(act, form);
  if (bounds === null) {
    if (hours !== null) throw invalid('hours', `none with ${form}`, hours);
    return;
  }
  const { least, most } = bounds;
  if (hours === null || !Number.isInteger(hours) || hours < least || hours > most) {
    throw invalid('hours', `${least} to ${most}`, hours);
  }
}

function cellOf(act: SecondPersonAct, form: Form): Cell {
  const row: Row = SECOND_PERSON[act];
  return row[form];
}
