/**
 * What the server answers a reader, as a reader that trusts nobody reads it: each answer is parsed
 * once to a typed value. Members not named are passed over, so that a newer server can add some.
 * Every parser throws INVALID_INPUT naming the field.
 */
import { invalid } from '../domain/errors.ts';
import { isId } from '../domain/ids.ts';
import { JsonNode } from './json-node.ts';

/** What joining gives. The token is the reader's for all later requests. */
export type Joined = {
  readonly reader: string;
  readonly participant: string;
  readonly token: string;
};

/** An alert that is open to the reader. Words and names are the server's; the copy's count. */
export type InboxAlert = {
  readonly id: string;
  readonly title: string;
  readonly drill: boolean;
  readonly tlp: string;
  /** In force now. */
  readonly usePermissions: readonly string[];
  /** What stands on every copy, and the statement that may be made; null: the pack says neither. */
  readonly use: InboxUse | null;
  /** What the reader's participant owes for it. */
  readonly obligations: readonly InboxObligation[];
  /** RFC 3339. */
  readonly disclosureAt: string;
  readonly artifacts: readonly InboxArtifact[];
};

/** By an instant (RFC 3339), or within milliseconds of what it is about; the other is null. */
export type InboxObligation = {
  readonly code: string;
  readonly dueAt: string | null;
  readonly withinMs: number | null;
  readonly doneAt: string | null;
  readonly state: string;
};

export type InboxUse = {
  readonly terms: readonly { readonly code: string; readonly text: string }[];
  /** Null: nothing may be said, not even that there is an alert. */
  readonly safeToSay: string | null;
};

export type InboxArtifact = {
  readonly id: string;
  readonly kind: string;
  readonly variant: string;
  readonly format: string;
  readonly name: string;
  readonly version: number;
  /** Id of the artifact whose place it has taken; null: none. */
  readonly revises: string | null;
  readonly assurance: string;
  /** In force or to start; null: the alert's own list, from now on and for good. */
  readonly use: readonly UsePeriod[] | null;
};

/** A permission from one instant, exclusively until another (null: for good). RFC 3339. */
export type UsePeriod = {
  readonly permission: string;
  readonly inForce: boolean;
  readonly from: string;
  readonly until: string | null;
  readonly audience: string;
};

/** That something waits or has changed, never what. */
export type Notice = { readonly id: string; readonly kind: string; readonly at: string };

export type NoticePage = { readonly items: readonly Notice[]; readonly next: string | null };

/** A step that is proposed, and on which the participant is heard before. */
export type OwnHearing = {
  readonly step: string;
  readonly to: string;
  readonly reason: string;
  /** RFC 3339. */
  readonly until: string;
  /** When the organisation has said what it has to say; null: it has not. */
  readonly heardAt: string | null;
};

/** What was decided about the reader's organisation, and what it is heard on before. */
export type OwnStanding = {
  readonly steps: readonly OwnStep[];
  readonly hearings: readonly OwnHearing[];
};

/** A step of the participant's own standing; `appeal` is null where there is none. RFC 3339. */
export type OwnStep = {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly at: string;
  readonly appeal: string | null;
};

/** A key of a reader of the own participant. Instants are RFC 3339; null: it does not end. */
export type MemberKey = {
  readonly reader: string;
  readonly label: string;
  readonly fingerprint: string;
  readonly since: string;
  readonly expiresAt: string | null;
  /** `lost` or `stolen`, as somebody said; null: neither. */
  readonly reported: string | null;
  readonly next: { readonly fingerprint: string; readonly opensAt: string } | null;
};

/** All of them; `reader` is the one who asked. */
export type KeyRing = { readonly reader: string; readonly keys: readonly MemberKey[] };

/** A page of the inbox; `next` is where the following one begins, null at the end. */
export type InboxPage = { readonly items: readonly InboxAlert[]; readonly next: string | null };

/** An embargo that the reader's participant is asked to keep. Instants are RFC 3339. */
export type OpenInvitation = {
  readonly id: string;
  readonly until: string;
  readonly deadline: string;
};

export type InvitationPage = {
  readonly items: readonly OpenInvitation[];
  readonly next: string | null;
};

/** A tree of at most 2^53 leaves has at most 53 levels; a consistency proof one hash more. */
const MAX_PROOF_HASHES = 54;
const MAX_PAGE_ITEMS = 1_000;
const MAX_ARTIFACTS = 1_000;
const MAX_TITLE = 1_000;
const MAX_NAME = 200;
const MAX_STATEMENT = 1_000;
/** Twelve permissions, each in several ways. */
const MAX_PERIODS = 200;

const WORD = /^[A-Za-z0-9_+-]{1,40}$/;
const TOKEN = /^[A-Za-z0-9._~+/-]{1,200}=*$/;
const CURSOR = /^[\x21-\x7e]{1,500}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T[0-9:.]{5,20}(?:Z|[+-]\d{2}:\d{2})$/;
const HEX_32 = /^[0-9a-f]{64}$/;

export function parseJoined(answer: unknown): Joined {
  const joined = new JsonNode(answer, 'join').object();
  return {
    reader: id(joined.get('reader')),
    participant: id(joined.get('participant')),
    token: joined.get('token').matching(TOKEN, 'a token of RFC 6750'),
  };
}

export function parseInboxPage(answer: unknown): InboxPage {
  return pageOf('inbox', answer, alert);
}

export function parseInvitationPage(answer: unknown): InvitationPage {
  return pageOf('invitations', answer, invitation);
}

export function parseNoticePage(answer: unknown): NoticePage {
  return pageOf('notices', answer, notice);
}

export function parseOwnStanding(answer: unknown): OwnStanding {
  const standing = new JsonNode(answer, 'standing').object();
  return {
    steps: standing.get('steps').list(0, MAX_PAGE_ITEMS).map(ownStep),
    hearings: standing.get('hearings').list(0, MAX_PAGE_ITEMS).map(ownHearing),
  };
}

function ownHearing(node: JsonNode): OwnHearing {
  const hearing = node.object();
  return {
    step: id(hearing.get('step')),
    to: word(hearing.get('to')),
    reason: word(hearing.get('reason')),
    until: dateTime(hearing.get('until')),
    heardAt: hearing.get('heardAt').orNull(dateTime),
  };
}

export function parseKeyRing(answer: unknown): KeyRing {
  const ring = new JsonNode(answer, 'keys').object();
  return {
    reader: id(ring.get('reader')),
    keys: ring.get('keys').list(0, MAX_PAGE_ITEMS).map(memberKey),
  };
}

export function parseRotated(answer: unknown): { readonly opensAt: string } {
  return { opensAt: dateTime(new JsonNode(answer, 'rotation').object().get('opensAt')) };
}

export function parseReinvited(answer: unknown): { readonly invitation: string } {
  return { invitation: new JsonNode(answer, 'report').object().get('invitation').text(200) };
}

function pageOf<T>(
  name: string,
  answer: unknown,
  item: (node: JsonNode) => T,
): { items: T[]; next: string | null } {
  const page = new JsonNode(answer, name).object();
  return {
    items: page.get('items').list(0, MAX_PAGE_ITEMS).map(item),
    next: page.get('next').orNull((next) => next.matching(CURSOR, 'a cursor')),
  };
}

export function parseInboxAlert(answer: unknown): InboxAlert {
  return alert(new JsonNode(answer, 'alert'));
}

/** What the server shows for its log having grown; hashes of 32 bytes, times in ms since 1970. */
export type GrowthShown = {
  readonly proof: readonly Buffer[];
  readonly ticks: readonly {
    readonly tick: { readonly tick: number; readonly at: number; readonly root: Buffer };
    readonly logProof: readonly Buffer[];
  }[];
};

export function parseGrowth(answer: unknown): GrowthShown {
  const growth = new JsonNode(answer, 'consistency').object();
  return {
    proof: hashes(growth.get('proof')),
    ticks: growth
      .get('ticks')
      .list(0, 2)
      .map((node) => {
        const tick = node.object();
        return {
          tick: {
            tick: tick.get('tick').number(0, Number.MAX_SAFE_INTEGER),
            at: tick.get('at').number(0, Number.MAX_SAFE_INTEGER),
            root: hash(tick.get('root')),
          },
          logProof: hashes(tick.get('logProof')),
        };
      }),
  };
}

function hashes(node: JsonNode): Buffer[] {
  return node.list(0, MAX_PROOF_HASHES).map(hash);
}

function hash(node: JsonNode): Buffer {
  return Buffer.from(node.matching(HEX_32, '64 lower-case hex digits'), 'hex');
}

function alert(node: JsonNode): InboxAlert {
  const found = node.object();
  return {
    id: id(found.get('id')),
    title: found.get('title').text(MAX_TITLE),
    drill: found.maybe('drill')?.flag() ?? false,
    tlp: word(found.get('tlp')),
    usePermissions: found.get('usePermissions').list(0, 100).map(word),
    use: found.get('use').orNull(use),
    obligations: found.maybe('obligations')?.list(0, 100).map(obligation) ?? [],
    disclosureAt: dateTime(found.get('disclosureAt')),
    artifacts: found.get('artifacts').list(0, MAX_ARTIFACTS).map(artifact),
  };
}

function obligation(node: JsonNode): InboxObligation {
  const found = node.object();
  return {
    code: word(found.get('code')),
    dueAt: found.get('dueAt').orNull(dateTime),
    withinMs: found.get('withinMs').orNull((ms) => ms.number(0, Number.MAX_SAFE_INTEGER)),
    doneAt: found.get('doneAt').orNull(dateTime),
    state: word(found.get('state')),
  };
}

function use(node: JsonNode): InboxUse {
  const found = node.object();
  return {
    terms: found
      .get('terms')
      .list(0, 100)
      .map((each) => {
        const term = each.object();
        return { code: word(term.get('code')), text: term.get('text').text(MAX_STATEMENT) };
      }),
    safeToSay: found.get('safeToSay').orNull((said) => said.text(MAX_STATEMENT)),
  };
}

function usePeriod(node: JsonNode): UsePeriod {
  const found = node.object();
  return {
    permission: word(found.get('permission')),
    inForce: found.get('inForce').flag(),
    from: dateTime(found.get('from')),
    until: found.get('until').orNull(dateTime),
    audience: word(found.get('audience')),
  };
}

function notice(node: JsonNode): Notice {
  const found = node.object();
  return {
    id: id(found.get('id')),
    kind: word(found.get('kind')),
    at: dateTime(found.get('at')),
  };
}

function invitation(node: JsonNode): OpenInvitation {
  const found = node.object();
  return {
    id: id(found.get('id')),
    until: dateTime(found.get('terms').object().get('until')),
    deadline: dateTime(found.get('deadline')),
  };
}

function ownStep(node: JsonNode): OwnStep {
  const found = node.object();
  return {
    id: id(found.get('id')),
    from: word(found.get('from')),
    to: word(found.get('to')),
    reason: word(found.get('reason')),
    at: dateTime(found.get('at')),
    appeal: found.get('appeal').orNull(word),
  };
}

function memberKey(node: JsonNode): MemberKey {
  const found = node.object();
  return {
    reader: id(found.get('reader')),
    label: found.get('label').text(MAX_NAME),
    fingerprint: found.get('fingerprint').matching(HEX_32, '64 lower-case hex digits'),
    since: dateTime(found.get('since')),
    expiresAt: found.get('expiresAt').orNull(dateTime),
    reported: found.get('reported').orNull(word),
    next: found.get('next').orNull((node) => {
      const next = node.object();
      const fingerprint = next.get('fingerprint').matching(HEX_32, '64 lower-case hex digits');
      return { fingerprint, opensAt: dateTime(next.get('opensAt')) };
    }),
  };
}

export function dateTime(node: JsonNode): string {
  return node.matching(DATE_TIME, 'an RFC 3339 date-time');
}

function artifact(node: JsonNode): InboxArtifact {
  const found = node.object();
  return {
    id: id(found.get('id')),
    kind: word(found.get('kind')),
    variant: word(found.get('variant')),
    format: word(found.get('format')),
    name: found.get('name').text(MAX_NAME),
    version: found.get('version').number(1, Number.MAX_SAFE_INTEGER),
    revises: found.maybe('revises')?.orNull(id) ?? null,
    assurance: word(found.get('assurance')),
    use: found.get('use').orNull((periods) => periods.list(0, MAX_PERIODS).map(usePeriod)),
  };
}

export function id(node: JsonNode): string {
  const text = node.text(36);
  if (!isId(text)) throw invalid(node.path, 'a lower-case UUIDv4', text);
  return text;
}

/** A word of a vocabulary that may have grown since this reader was built. */
function word(node: JsonNode): string {
  return node.matching(WORD, 'a word');
}
