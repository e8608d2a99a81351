import { invalid } from './errors.ts';
import { type EventId, isId, type ProgrammeId } from './ids.ts';
import { type Instant, instant } from './instant.ts';

/**
 * The fields of every event type, as data: TypeScript's types and the run-time check both come from
 * here. A shape never changes once released; a changed one is a new `v` (docs/formats/event.md),
 * and `testdata/events/` holds a golden file per type and version.
 *
 * Field kinds: `id` UUIDv4 · `hash` 64 lower-case hex · `int` safe integer ≥ 0 · `instant`
 * milliseconds · `code` a closed-vocabulary word, never free text · a trailing `?` admits null.
 */
export const EVENT_SHAPES = {
  programme_created: { pack: 'code' },
  policy_activated: { pack: 'code', sha256: 'hash' },
  policy_proposed: { proposal: 'id', pack: 'code', sha256: 'hash' },
  schedule_resolved: { alert: 'id', policy: 'hash' },
  signing_changed: { state: 'code' },
  request_signing_changed: { state: 'code' },
  second_person_proposed: {
    change: 'id',
    act: 'code',
    form: 'code',
    hours: 'int?',
    digest: 'hash',
  },
  second_person_decided: { change: 'id', outcome: 'code' },
  act_announced: { announced: 'id', act: 'code', digest: 'hash', takesEffectAt: 'instant' },
  announced_ended: { announced: 'id', act: 'code', how: 'code' },
  proposal_lapsed: { proposal: 'id', act: 'code' },
  platform_changed: { state: 'code' },
  issuer_keys_published: { logKey: 'hash', manifestKey: 'hash' },
  reader_bundle_published: { sha256: 'hash', bytes: 'int' },
  person_added: { person: 'id' },
  role_grant_proposed: { grant: 'id', person: 'id', roles: 'code', digest: 'hash' },
  role_grant_decided: { grant: 'id', outcome: 'code' },
  roles_granted: { person: 'id', roles: 'code' },
  roles_withdrawn: { person: 'id', roles: 'code' },
  token_issued: { token: 'id', scope: 'code' },
  token_revoked: { token: 'id' },
  oidc_subject_set: { holder: 'id' },
  recovery_proposed: { recovery: 'id', holder: 'id' },
  recovery_decided: { recovery: 'id', outcome: 'code' },
  passkey_link_made: { link: 'id', holder: 'id' },
  passkey_registered: { passkey: 'id', holder: 'id' },
  passkey_removed: { passkey: 'id' },
  passkey_rolled_back: { passkey: 'id' },
  session_opened: { session: 'id', by: 'code', passkey: 'id?' },
  session_ended: { session: 'id' },
  participant_added: { participant: 'id', tier: 'code', standing: 'code' },
  enrolment_changed: { participant: 'id', tier: 'code', standing: 'code', duty: 'code' },
  member_change_proposed: { change: 'id', kind: 'code', participant: 'id?', digest: 'hash' },
  member_change_decided: { change: 'id', participant: 'id?', outcome: 'code' },
  application_received: { application: 'id' },
  application_changed: { application: 'id' },
  application_vouched: { application: 'id', participant: 'id', reader: 'id' },
  application_checked: { application: 'id', criterion: 'code', as: 'code' },
  application_decided: { application: 'id', outcome: 'code', member: 'id?' },
  application_appealed: { application: 'id' },
  application_appeal_decided: { application: 'id', outcome: 'code' },
  facts_stated: { participant: 'id', reader: 'id', statement: 'id' },
  facts_decided: { participant: 'id', statement: 'id', outcome: 'code' },
  terms_published: { terms: 'id', version: 'int', sha256: 'hash', signBy: 'instant?' },
  officer_changed: { participant: 'id', reader: 'id', officer: 'code' },
  agreement_signed: {
    participant: 'id',
    agreement: 'id',
    reader: 'id',
    terms: 'id',
    sha256: 'hash',
  },
  agreement_answered: {
    participant: 'id',
    agreement: 'id',
    answer: 'code',
    expiresAt: 'instant?',
  },
  transition_granted: { participant: 'id', change: 'id', fact: 'code', expiresAt: 'instant' },
  transition_ended: { participant: 'id' },
  doubt_changed: { participant: 'id', doubt: 'code' },
  calendar_changed: { participant: 'id', calendar: 'code' },
  standing_changed: { participant: 'id', from: 'code', to: 'code', reason: 'code' },
  standing_proposed: {
    participant: 'id',
    step: 'id',
    from: 'code',
    to: 'code',
    reason: 'code',
  },
  standing_unconfirmed: { participant: 'id', step: 'id', confirmBy: 'instant' },
  standing_decided: { participant: 'id', step: 'id', outcome: 'code' },
  standing_overdue: { participant: 'id', step: 'id' },
  hearing_opened: { participant: 'id', step: 'id', until: 'instant' },
  participant_heard: { participant: 'id', reader: 'id', step: 'id' },
  standing_appealed: { participant: 'id', reader: 'id', step: 'id' },
  appeal_decided: { participant: 'id', step: 'id', outcome: 'code' },
  reader_invited: { participant: 'id', reader: 'id' },
  reader_role_set: { participant: 'id', reader: 'id', role: 'code' },
  reader_removed: { participant: 'id', reader: 'id' },
  reader_joined: { participant: 'id', reader: 'id', fingerprint: 'hash' },
  key_max_age_set: { days: 'int?' },
  key_ending: { participant: 'id', reader: 'id', expiresAt: 'instant' },
  key_brought: { participant: 'id', reader: 'id', fingerprint: 'hash', opensAt: 'instant' },
  key_taken_up: { participant: 'id', reader: 'id', fingerprint: 'hash' },
  key_reported: { participant: 'id', reader: 'id', what: 'code' },
  coming_keys_ended: { participant: 'id', reader: 'id' },
  alert_drafted: { alert: 'id' },
  exercise_opened: { alert: 'id', mode: 'code' },
  alert_changed: { alert: 'id', version: 'int' },
  artifact_frozen: {
    alert: 'id',
    artifact: 'id',
    version: 'int',
    kind: 'code',
    slots: 'int',
    commitment: 'hash',
  },
  addition_proposed: { alert: 'id', artifact: 'id' },
  addition_approved: { alert: 'id', artifact: 'id', digest: 'hash' },
  approval_given: { alert: 'id', plan: 'hash' },
  approval_signed: { alert: 'id', plan: 'hash', passkey: 'id', signature: 'hash' },
  approval_voided: { alert: 'id', plan: 'hash' },
  disclosure_moved: { alert: 'id', from: 'instant', to: 'instant' },
  disclosure_proposed: { alert: 'id', proposal: 'id', to: 'instant' },
  early_waves_proposed: { alert: 'id', proposal: 'id', dueAt: 'instant' },
  proposal_decided: { alert: 'id', proposal: 'id', how: 'code' },
  timing_accepted: { alert: 'id', disclosureAt: 'instant', code: 'code', as: 'code' },
  change_proposed: { alert: 'id', proposal: 'id', kind: 'code' },
  change_approved: { alert: 'id', proposal: 'id' },
  notice_acknowledged: { notice: 'id', participant: 'id', reader: 'id' },
  alert_event: { alert: 'id', kind: 'code', at: 'instant' },
  break_glass: { alert: 'id', reason: 'code' },
  break_glass_confirmed: { alert: 'id' },
  break_glass_overdue: { alert: 'id' },
  marks_committed: { alert: 'id', key: 'hash', tables: 'hash', slots: 'int', cap: 'int' },
  word_committed: { alert: 'id', reader: 'id', word: 'hash' },
  consent_changed: { alert: 'id', participant: 'id', consent: 'code' },
  involvement_changed: { alert: 'id', participant: 'id', involvement: 'code' },
  invitation_sent: { invitation: 'id', participant: 'id', until: 'instant', deadline: 'instant' },
  invitation_answered: { invitation: 'id', participant: 'id', answer: 'code' },
  awareness_sealed: { alert: 'id', hash: 'hash' },
  wave_started: { alert: 'id', wave: 'instant' },
  granted: { alert: 'id', participant: 'id', wave: 'instant', allowed: 'int', reduced: 'int' },
  shadow_granted: {
    alert: 'id',
    participant: 'id',
    wave: 'instant',
    allowed: 'int',
    reduced: 'int',
  },
  wave_finished: { alert: 'id', wave: 'instant', granted: 'int', denied: 'int', held: 'int' },
  release_held: { alert: 'id', artifact: 'id', participant: 'id', reason: 'code' },
  disclosed: { alert: 'id', artifact: 'id', version: 'int' },
  delivered: {
    delivery: 'id',
    alert: 'id',
    artifact: 'id',
    version: 'int',
    participant: 'id',
    reader: 'id',
    fingerprint: 'hash',
    assurance: 'code',
    content: 'hash',
  },
  delivery_held: { alert: 'id', artifact: 'id', participant: 'id', reader: 'id', reason: 'code' },
  acknowledged: { delivery: 'id', participant: 'id', reader: 'id', receipt: 'hash' },
  knowledge_recorded: {
    knowledge: 'id',
    alert: 'id',
    participant: 'id?',
    kind: 'code',
    word: 'code',
    since: 'instant',
  },
  feedback_given: {
    feedback: 'id',
    alert: 'id',
    artifact: 'id',
    participant: 'id',
    reader: 'id',
    says: 'code',
    text: 'hash?',
  },
  leak_reported: {
    leak: 'id',
    alert: 'id',
    participant: 'id',
    reader: 'id',
    noticedAt: 'instant',
    text: 'hash',
  },
  question_resolved: { item: 'id', code: 'code', alert: 'id?', participant: 'id?' },
  register_set: { register: 'code' },
  affiliation_stated: { participant: 'id', person: 'id' },
  affiliation_ended: { participant: 'id', person: 'id' },
  member_reviewed: { review: 'id', participant: 'id', nextAt: 'instant', note: 'hash?' },
  member_reminded: { alert: 'id', participant: 'id', obligation: 'code', stage: 'code' },
  message_posted: {
    message: 'id',
    alert: 'id',
    participant: 'id?',
    reader: 'id?',
    audience: 'code',
    text: 'hash',
  },
  obligation_reported: {
    alert: 'id',
    participant: 'id',
    reader: 'id',
    obligation: 'code',
    says: 'code',
  },
  clock_doubted: { wall: 'instant', highWater: 'instant', database: 'instant' },
  clock_confirmed: { wall: 'instant' },
  pin_replaced: { ticks: 'int' },
  custody_proposed: { custody: 'id', key: 'hash', afterDays: 'int' },
  custody_accepted: { custody: 'id', key: 'hash' },
  mark_key_sealed: { alert: 'id', custody: 'id', first: 'hash', second: 'hash' },
  evidence_frozen: { alert: 'id', readings: 'int', evidence: 'hash' },
  half_brought: { alert: 'id', sighting: 'id', half: 'int' },
  mark_key_opened: { alert: 'id', sighting: 'id', until: 'instant' },
  mark_key_closed: { alert: 'id', sighting: 'id' },
  sighting_opened: { sighting: 'id', sample: 'hash', bytes: 'int' },
  find_recorded: {
    sighting: 'id',
    kind: 'code',
    foundAt: 'instant',
    shipped: 'code',
    member: 'id?',
  },
  trace_approved: { sighting: 'id' },
  reading_committed: { sighting: 'id', alert: 'id?', reading: 'hash', slots: 'int', read: 'int' },
  evidence_entered: { sighting: 'id', alert: 'id', reading: 'hash', nth: 'int' },
  evidence_counted: { sighting: 'id', readings: 'int', list: 'hash' },
  trace_scored: { sighting: 'id', report: 'hash', tested: 'int', look: 'int', identified: 'int' },
  report_released: { sighting: 'id', report: 'hash' },
  reply_recorded: { sighting: 'id', reply: 'id', participant: 'id', text: 'hash' },
} as const satisfies Record<string, Record<string, FieldKind>>;

type BaseKind = 'id' | 'hash' | 'int' | 'instant' | 'code';
type FieldKind = BaseKind | `${BaseKind}?`;
type FieldValue<F> = F extends `${infer B}?`
  ? FieldValue<B> | null
  : F extends 'int'
    ? number
    : F extends 'instant'
      ? Instant
      : string;

/** The closed union of what can happen. */
export type EventType = keyof typeof EVENT_SHAPES;
/** The data of one event type, as its shape says. */
export type EventData<T extends EventType> = {
  readonly [F in keyof (typeof EVENT_SHAPES)[T]]: FieldValue<(typeof EVENT_SHAPES)[T][F]>;
};

/** Who acted: a person's or reader's pseudonymous id, or the system itself. */
export type Actor = { readonly kind: 'person' | 'reader' | 'system'; readonly id: string | null };

/**
 * One event as recorded. Ids only, no names and no content.
 * `subjects` lists the ids the event is about, so that one index answers "what happened to X".
 */
export type Event<T extends EventType = EventType> = {
  readonly v: 1;
  readonly id: EventId;
  readonly type: T;
  readonly at: Instant;
  readonly programme: ProgrammeId | null;
  readonly actor: Actor;
  readonly subjects: readonly string[];
  readonly data: EventData<T>;
};

/**
 * The types whose second part is opened to the participant concerned; all other events are the
 * issuer's alone.
 */
export const PARTICIPANT_EVENTS: ReadonlySet<EventType> = new Set<EventType>([
  'standing_changed',
  'hearing_opened',
  'participant_heard',
  'standing_appealed',
  'appeal_decided',
  'application_vouched',
  'facts_stated',
  'facts_decided',
  'agreement_signed',
  'agreement_answered',
  'reader_role_set',
  'reader_removed',
  'reader_joined',
  'key_brought',
  'key_taken_up',
  'key_reported',
  'granted',
  'delivered',
  'acknowledged',
  'feedback_given',
  'leak_reported',
  'message_posted',
  'obligation_reported',
  'invitation_sent',
  'invitation_answered',
]);

/** Makes an event and checks it against its shape. @throws INVALID_INPUT naming the field. */
export function makeEvent<T extends EventType>(fields: Omit<Event<T>, 'v' | 'subjects'>): Event<T> {
  checkData(fields.type, fields.data);
  return { v: 1, ...fields, subjects: subjectsOf(fields.type, fields.data) };
}

function subjectsOf(type: EventType, data: object): string[] {
  const shape: Record<string, FieldKind> = EVENT_SHAPES[type];
  const values = Object.entries(data) as [string, unknown][];
  return values
    .filter(([name, value]) => shape[name]?.startsWith('id') && typeof value === 'string')
    .map(([, value]) => value as string);
}

const HASH = /^[0-9a-f]{64}$/;
const CODE = /^[A-Za-z0-9][A-Za-z0-9_+.:@-]{0,63}$/;

/** @throws INVALID_INPUT when a field is missing, unknown or of the wrong kind. */
export function checkData(type: EventType, data: object): void {
  const shape: Record<string, FieldKind> = EVENT_SHAPES[type];
  const given = data as Record<string, unknown>;
  for (const name of Object.keys(given)) {
    if (!(name in shape)) throw invalid(`${type}.${name}`, 'no such field', given[name]);
  }
  for (const [name, kind] of Object.entries(shape)) {
    const value = given[name];
    if (value === null && kind.endsWith('?')) continue;
    checkField(`${type}.${name}`, kind.replace('?', '') as BaseKind, value);
  }
}

function checkField(field: string, kind: BaseKind, value: unknown): void {
  switch (kind) {
    case 'id':
      if (typeof value !== 'string' || !isId(value)) throw invalid(field, 'a UUIDv4', value);
      return;
    case 'hash':
      if (typeof value !== 'string' || !HASH.test(value))
        throw invalid(field, '64 hex digits', value);
      return;
    case 'code':
      if (typeof value !== 'string' || !CODE.test(value))
        throw invalid(field, 'a code word', value);
      return;
    case 'int':
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
        throw invalid(field, 'an integer ≥ 0', value);
      }
      return;
    case 'instant':
      instant(typeof value === 'number' ? value : Number.NaN, field);
      return;
  }
}
