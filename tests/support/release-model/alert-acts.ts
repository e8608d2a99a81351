/** What is done about alerts and policies. */
import assert from 'node:assert/strict';
import { ALERT_MODES } from '../../../src/domain/alert.ts';
import { DAY_MS, HOUR_MS, plus } from '../../../src/domain/instant.ts';
import { type AlertEventKind, EVENT_FIELDS } from '../../../src/domain/vulnerability.ts';
import { SYSTEM } from '../../../src/programme/act.ts';
import {
  addArtifact,
  draftAlert,
  moveDisclosure,
} from '../../../src/programme/alert/draft-alert.ts';
import {
  approveMove,
  proposeMove,
  readMove,
} from '../../../src/programme/alert/move-disclosure.ts';
import type { ArtifactInput } from '../../../src/programme/alert/new-artifact.ts';
import { approveAddition, proposeAddition } from '../../../src/programme/alert/propose-addition.ts';
import { publishNow } from '../../../src/programme/alert/publish-now.ts';
import { readAlert } from '../../../src/programme/alert/read-alert.ts';
import { recordAlertEvent } from '../../../src/programme/alert/record-alert-event.ts';
import {
  activateProposal,
  proposePolicy,
  putInForce,
} from '../../../src/programme/policy/change-policy.ts';
import { lockToChange } from '../../../src/store/locks.ts';
import { approve } from '../house.ts';
import { type Alert, enact, moveT0 } from './model.ts';
import { BOOKS, endedBy, openingUnder, type Piece, SHIPPED } from './rules.ts';
import {
  type Act,
  compiledFrom,
  filesOf,
  now,
  someAlert,
  unlessRefused,
  type World,
} from './world.ts';

const EVENTS = Object.keys(EVENT_FIELDS) as readonly AlertEventKind[];
const MAX_OPEN = 3;
const MAX_ALERTS = 6;

const SUMMARY: Piece = { kind: 'summary', variant: 'reduced', standIn: null };
const ADVISORY: Piece = { kind: 'advisory', variant: 'full', standIn: null };
const POC: Piece = { kind: 'poc', variant: 'full', standIn: null };
const INDICATOR: Piece = { kind: 'indicator', variant: 'full', standIn: null };
const RULE: Piece = { kind: 'detection_rule', variant: 'full', standIn: null };
const CONTENTS: readonly (readonly Piece[])[] = [
  [SUMMARY, { ...ADVISORY, standIn: 0 }, { ...POC, standIn: 0 }],
  [SUMMARY, { ...POC, standIn: 0 }, RULE],
  [ADVISORY, POC],
  [ADVISORY],
  [{ ...SUMMARY, variant: 'full' }, RULE],
];

export const draft: Act = async (world, draw) => {
  const { model, house } = world;
  const at = now(world);
  const open = model.alerts.filter(({ opening }) => opening.t0 > at);
  if (open.length >= MAX_OPEN || model.alerts.length >= MAX_ALERTS) return null;
  const ahead = draw.pick([6 * HOUR_MS, 3 * DAY_MS, 6 * DAY_MS, 10 * DAY_MS, 15 * DAY_MS]);
  const t0 = plus(at, ahead + draw.below(1_000));
  const input = {
    title: 'Of a history',
    mode: draw.oneIn(8) ? draw.pick(ALERT_MODES) : 'live',
    disclosureAt: t0,
    tlp: 'AMBER',
    usePermissions: ['read'],
  } as const;
  const { alert: id } = await draftAlert(house.context, house.author, house.programme, input, at);
  const alert: Alert = {
    name: `alert ${model.alerts.length}`,
    id,
    pieces: [],
    mode: input.mode,
    approved: false,
    opening: openingUnder(model.book, t0),
    published: false,
    happened: new Map(),
    consents: new Map(),
    invited: new Map(),
    told: new Map(),
    disclosed: new Set(),
  };
  model.alerts.push(alert);
  const contents = draw.pick(CONTENTS);
  for (const piece of contents) await add(world, alert, piece);
  const isApproved = !draw.oneIn(3);
  if (isApproved) {
    await approve(house, id);
    alert.approved = true;
  }
  const what = `${alert.name} of ${contents.map(({ kind }) => kind)}, T0 in ${t0 - at} ms`;
  return `draft ${isApproved ? 'and approve ' : ''}${what}`;
};

async function add(world: World, alert: Alert, piece: Piece): Promise<void> {
  const { context, author } = world.house;
  const input = inputOf(alert, piece);
  const { artifact } = await addArtifact(context, author, alert.id, null, input, now(world));
  alert.pieces.push({ ...piece, id: artifact });
}

function inputOf({ pieces }: Alert, { kind, variant, standIn }: Piece): ArtifactInput {
  return {
    ...{ kind, variant, format: 'text', marking: 'none', name: `${kind}.txt` },
    content: Buffer.from(`About ${kind}.\n`),
    reducedBy: standIn === null ? null : (pieces[standIn]?.id ?? null),
    ...{ sidecar: null, sourcePublishedAt: null },
  };
}

/**
 * Something is added to an alert: it is a draft again; of one under way a second person approves
 * it, and everybody is decided again.
 */
export const amend: Act = async (world, draw) => {
  const alert = someAlert(world, draw);
  if (alert === null || alert.pieces.length > 4) return null;
  const { context, author, approver } = world.house;
  const at = now(world);
  const piece = draw.pick([INDICATOR, RULE]);
  const input = inputOf(alert, piece);
  const added = await unlessRefused(
    addArtifact(context, author, alert.id, null, input, at),
    'CONFLICT',
  );
  if (added !== null) {
    unapprove(alert);
    alert.pieces.push({ ...piece, id: added.artifact });
    return `add ${piece.kind} to ${alert.name}`;
  }
  const { addition, digest } = await proposeAddition(context, author, alert.id, input, at);
  await approveAddition(context, approver, addition, digest, at);
  alert.pieces.push({ ...piece, id: addition });
  return `add ${piece.kind} to ${alert.name} under way`;
};

/** What somebody was given cannot be a draft. */
function unapprove(alert: Alert): void {
  assert.equal(alert.told.size, 0, `${alert.name} is a draft again after grants`);
  alert.approved = false;
}

export const approveDraft: Act = async (world, draw) => {
  const drafts = world.model.alerts.filter(({ approved }) => !approved);
  if (drafts.length === 0) return null;
  const alert = draw.pick(drafts);
  // Refused where a wave would go before the answers to it are in.
  const done = await unlessRefused(
    approve(world.house, alert.id).then(() => true),
    'CONFLICT',
  );
  if (done === null) {
    assert.ok(alert.invited.size > 0, `${alert.name} can be approved`);
    return `approve ${alert.name}: refused`;
  }
  alert.approved = true;
  return `approve ${alert.name}`;
};

/** T0 moves, of a draft or of an alert under way, where it may wait for the second person. */
export const move: Act = async (world, draw) => {
  const alert = someAlert(world, draw);
  if (alert === null) return null;
  const { house, model } = world;
  const { context, author } = house;
  const at = now(world);
  const by = draw.pick([-6 * DAY_MS, -DAY_MS, -HOUR_MS, HOUR_MS, DAY_MS, 6 * DAY_MS]);
  const to = plus(alert.opening.t0, by);
  if (to <= at) return null;
  const { version } = await readAlert(context, alert.id);
  const moved = await unlessRefused(
    moveDisclosure(context, author, alert.id, version, to, at),
    'CONFLICT',
    'CLOCK_DOUBT',
  );
  if (moved !== null) {
    assert.ok(!model.doubted, 'T0 moves at a time that nobody knows');
    unapprove(alert);
    moveT0(model, alert, to, at);
    return `move T0 of ${alert.name} by ${by} ms, of which nobody has anything`;
  }
  const proposed = await unlessRefused(proposeMove(context, author, alert.id, to, at), 'CONFLICT');
  if (proposed === null) {
    const isOver = alert.opening.t0 <= at;
    assert.ok(
      isOver || alert.invited.size > 0 || model.doubted,
      `T0 of ${alert.name} can be moved`,
    );
    return `move T0 of ${alert.name} by ${by} ms: refused`;
  }
  const { proposal: id, digest } = proposed;
  world.moves.push({ alert, id, digest, to });
  return `propose to move T0 of ${alert.name} by ${by} ms`;
};

export const approveAMove: Act = async (world, draw) => {
  if (world.moves.length === 0) return null;
  const { context, approver } = world.house;
  const index = draw.below(world.moves.length);
  const [proposed] = world.moves.splice(index, 1);
  if (proposed === undefined) return null;
  const { alert, id, to } = proposed;
  const at = now(world);
  const fresh = draw.oneIn(4) ? null : await readMove(context, id, at);
  const digest = fresh?.digest ?? proposed.digest;
  const done = await unlessRefused(
    approveMove(context, approver, id, digest, at),
    'APPROVAL_VOID',
    'CONFLICT',
    'CLOCK_DOUBT',
  );
  const about = `approve T0 of ${alert.name} at ${to - at} ms from now`;
  if (done === null) {
    const isOpen = to > at && alert.opening.t0 > at && alert.invited.size === 0;
    const possible = fresh !== null && isOpen && !world.model.doubted;
    assert.ok(!possible, `${about}: expected to be possible`);
    return `${about}: refused`;
  }
  moveT0(world.model, alert, to, at);
  return about;
};

export const publish: Act = async (world, draw) => {
  const alert = someAlert(world, draw);
  if (alert === null) return null;
  const { context, author } = world.house;
  const at = now(world);
  const done = await unlessRefused(
    publishNow(context, author, alert.id, 'other', at),
    'CONFLICT',
    'CLOCK_DOUBT',
  );
  const isEmbargoed = alert.approved && alert.opening.t0 > at && !alert.published;
  const possible = isEmbargoed && !world.model.doubted;
  assert.equal(done !== null, possible, `${alert.name} can be published at once`);
  if (done === null) return `publish ${alert.name}: refused`;
  alert.published = true;
  alert.opening = endedBy(alert.opening, at);
  return `publish ${alert.name}`;
};

export const happen: Act = async (world, draw) => {
  const alert = someAlert(world, draw);
  if (alert === null) return null;
  const { context, author } = world.house;
  const at = now(world);
  const kind = draw.pick(EVENTS);
  const when = plus(at, -draw.pick([0, HOUR_MS, 2 * DAY_MS]));
  const happened = { kind, at: when };
  const known = alert.happened.get(kind);
  const done = await unlessRefused(
    recordAlertEvent(context, author, alert.id, happened, at),
    'CONFLICT',
    'CLOCK_DOUBT',
  );
  const isNews = !world.model.doubted && (known === undefined || known > when);
  assert.equal(done !== null, isNews, `${kind} is news`);
  if (done === null) return `${alert.name} ${kind}: refused`;
  alert.happened.set(kind, when);
  if (kind === 'public') {
    // It ends the embargo as a publication does, and is confirmed like one: there is one of them.
    if (alert.approved && alert.opening.t0 > at) alert.published = true;
    alert.opening = endedBy(alert.opening, when);
  }
  return `${alert.name} ${kind}, ${at - when} ms ago`;
};

/** Another policy; at times by the two verbs of two persons, which check and compare at length. */
export const changePolicy: Act = async (world, draw) => {
  const { house, model } = world;
  const { context, programme, author, approver } = house;
  const book = draw.pick(BOOKS.filter((each) => each !== model.book));
  const at = now(world);
  const files = await filesOf(book);
  // A pack's own invariants refuse some of the leads that are tried here.
  if (SHIPPED.includes(book) && draw.oneIn(40)) {
    const shown = await proposePolicy(context, author, programme, files, at);
    await activateProposal(context, approver, shown.proposal, shown.digest, at);
  } else {
    const policy = await compiledFrom(book);
    await context.store.issuer(async (tx) => {
      await lockToChange(tx, programme);
      await putInForce(context, tx, { programme, actor: SYSTEM, at }, policy, files);
    });
  }
  enact(model, book, at);
  return `policy ${book.pack}, ${JSON.stringify(book.leadMs)}, late: ${book.late}`;
};
