/** What must hold of a history after each of its acts. */
import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { TocsinError } from '../../../src/domain/errors.ts';
import type { AlertId, ArtifactId, ParticipantId } from '../../../src/domain/ids.ts';
import type { Instant } from '../../../src/domain/instant.ts';
import { readPublicDocument } from '../../../src/programme/release/read-public.ts';
import { serveCopy } from '../../../src/programme/release/serve-copy.ts';
import { PUBLIC_KINDS } from '../mapp-oracle.ts';
import { inParallel } from '../parallel.ts';
import { type Alert, type Firm, holds, tell } from './model.ts';
import { drawing, now, type World } from './world.ts';

/** As the database has them: ids, and instants in milliseconds. */
type Recorded = {
  readonly grants: readonly {
    readonly alert: AlertId;
    readonly participant: ParticipantId;
    readonly wave: number;
    readonly at: number;
    readonly allowed: number;
    readonly reduced: number;
    /** Notices of that instant that something waits. */
    readonly notices: number;
  }[];
  readonly publications: readonly { readonly alert: AlertId; readonly artifact: ArtifactId }[];
};

/**
 * That every grant and every publication since the last act is one that the rules allow at this
 * instant, with a sound clock, and that none repeats the one before.
 */
export async function checkRecorded(world: World): Promise<void> {
  const at = now(world);
  const { grants, publications } = await recorded(world);
  for (const { alert: id, participant, wave, notices, ...grant } of grants) {
    const key = `${id} ${participant} ${wave} ${grant.at}`;
    if (world.seen.has(key)) continue;
    world.seen.add(key);
    const alert = alertOf(world, id);
    const firm = firmOf(world, participant);
    const who = `grant to ${firm.name} of ${alert.name}`;
    const held = holds(world.model, firm, alert, at);
    assert.equal(world.model.doubted, false, `${who} under a doubt of the clock`);
    const { allowed, reduced } = held;
    assert.deepEqual(grant, { at, allowed, reduced }, `${who}: expected what the rules allow`);
    assert.ok(held.pieces.size > 0, `${who} of nothing`);
    const before = alert.told.get(firm);
    const again = before?.latest.key === held.key && before.at <= at;
    assert.ok(!again, `${who}, twice`);
    const isNews = [...held.pieces].some((piece) => !before?.latest.pieces.has(piece));
    const sameInstant = grants.filter(
      (each) => each.alert === id && each.participant === participant && each.at === grant.at,
    );
    if (sameInstant.length === 1) {
      assert.equal(notices, isNews ? 1 : 0, `${who}: told where something newly opens`);
    }
    tell(alert, firm, held, at);
    world.tally.grants += 1;
  }
  for (const { alert: id, artifact } of publications) {
    const alert = alertOf(world, id);
    const index = alert.pieces.findIndex((piece) => piece.id === artifact);
    if (alert.disclosed.has(index)) continue;
    alert.disclosed.add(index);
    const kind = alert.pieces[index]?.kind ?? 'unknown';
    assert.ok(
      isDisclosed(alert, at) && PUBLIC_KINDS.includes(kind),
      `${kind} of ${alert.name} is public, ${alert.opening.t0 - at} ms before T0`,
    );
  }
}

function isDisclosed({ approved, mode, opening }: Alert, at: Instant): boolean {
  return approved && mode === 'live' && at >= opening.t0;
}

async function recorded({ house }: World): Promise<Recorded> {
  return house.context.store.lookup(async (tx) => {
    const { rows } = await sql<Recorded>`select
      coalesce((select json_agg(json_build_object('alert', alert_id,
          'participant', participant_id, 'allowed', allowed, 'reduced', reduced,
          'notices', (select count(*) from notice n where n.alert_id = g.alert_id
            and n.participant_id = g.participant_id and n.at = g.granted_at
            and n.kind = 'something_waits'),
          'wave', (extract(epoch from wave_at) * 1000)::bigint,
          'at', (extract(epoch from granted_at) * 1000)::bigint))
        from release_grant g join alert a on a.id = alert_id
        where programme_id = ${house.programme}), '[]'::json) as grants,
      coalesce((select json_agg(json_build_object('alert', alert_id, 'artifact', artifact_id))
        from publication p join alert a on a.id = alert_id
        where programme_id = ${house.programme}), '[]'::json) as publications`.execute(tx);
    const [row] = rows;
    assert.ok(row);
    return row;
  });
}

function alertOf({ model }: World, id: AlertId): Alert {
  const found = model.alerts.find((alert) => alert.id === id);
  assert.ok(found, 'an alert of this history');
  return found;
}

function firmOf({ model }: World, id: ParticipantId): Firm {
  const found = model.firms.find(({ reader }) => reader.caller.participant === id);
  assert.ok(found, 'a participant of this history');
  return found;
}

/**
 * After a cycle under a sound clock: whoever may hold something was told of it, and so was the
 * public. A time that an act was ahead of is none at which it was to be done.
 */
export function checkNobodyForgotten(world: World): void {
  const { model } = world;
  const at = now(world);
  if (model.doubted || (model.lastAct !== null && at < model.lastAct)) return;
  for (const alert of model.alerts) {
    for (const firm of model.firms) {
      const told = alert.told.get(firm);
      for (const piece of holds(model, firm, alert, at).pieces) {
        const known = told?.last.pieces.has(piece) || told?.latest.pieces.has(piece);
        const kind = alert.pieces[piece]?.kind;
        assert.ok(known, `${firm.name} is forgotten: ${kind} of ${alert.name}`);
      }
    }
    if (!isDisclosed(alert, at)) continue;
    for (const [index, { kind }] of alert.pieces.entries()) {
      const isDue = PUBLIC_KINDS.includes(kind);
      assert.ok(!isDue || alert.disclosed.has(index), `the public is forgotten: ${alert.name}`);
    }
  }
}

/** Asks for artifacts as readers and as anybody: `share` of all there are to ask for. */
export async function checkFetches(world: World, seed: number, share: number): Promise<void> {
  const draw = drawing(seed);
  const { model } = world;
  const asked = model.alerts.flatMap((alert) =>
    alert.pieces.flatMap((_, index) =>
      [null, ...model.firms].map((firm) => ({ alert, index, firm })),
    ),
  );
  const chosen = asked.filter(() => draw.unit() < share);
  await inParallel(chosen, async ({ alert, index, firm }) => {
    const [expected, found] =
      firm === null
        ? [publicAnswer(world, alert, index), await askInPublic(world, alert, index)]
        : [answerTo(world, firm, alert, index), await askAs(world, firm, alert, index)];
    const { kind } = alert.pieces[index] ?? {};
    assert.equal(found, expected, `${firm?.name ?? 'anybody'} asks for ${kind} of ${alert.name}`);
  });
  world.tally.steps += chosen.length;
}

type Answer = 'served' | 'NOT_FOUND' | 'NOT_AVAILABLE';

/**
 * Served is what the rules allow now and was told of. Under a doubt nothing is; of what was open
 * when the time was last certain, this is said.
 */
function answerTo({ model, house }: World, firm: Firm, alert: Alert, index: number): Answer {
  const at = house.clock.now();
  const certain = model.doubted ? (model.highWater ?? at) : at;
  const open = alert.told.has(firm) && holds(model, firm, alert, certain).pieces.has(index);
  if (!open) return 'NOT_FOUND';
  return model.doubted ? 'NOT_AVAILABLE' : 'served';
}

async function askAs(world: World, firm: Firm, alert: Alert, index: number): Promise<Answer> {
  const { context } = world.house;
  const request = { alert: alert.id, artifact: idOf(alert, index) };
  return answered(world, serveCopy(context, firm.reader.caller, request, now(world)));
}

function publicAnswer({ model, house }: World, alert: Alert, index: number): Answer {
  const at = house.clock.now();
  const open = alert.disclosed.has(index) && at >= alert.opening.t0;
  return open && !model.doubted ? 'served' : 'NOT_FOUND';
}

async function askInPublic(world: World, alert: Alert, index: number): Promise<Answer> {
  const request = { alert: alert.id, artifact: idOf(alert, index) };
  return answered(world, readPublicDocument(world.house.context, request, now(world)));
}

function idOf({ pieces }: Alert, index: number): ArtifactId {
  const piece = pieces[index];
  assert.ok(piece);
  return piece.id;
}

async function answered(world: World, asking: Promise<unknown>): Promise<Answer> {
  try {
    await asking;
    world.tally.served += 1;
    return 'served';
  } catch (error) {
    if (!(error instanceof TocsinError)) throw error;
    if (error.code !== 'NOT_FOUND' && error.code !== 'NOT_AVAILABLE') throw error;
    world.tally.refused += 1;
    return error.code;
  }
}

/** The latest instant at which anything of a history changes by itself. */
export function endOf({ model, house }: World): Instant {
  const last = model.alerts.map(({ opening }) => opening.t0);
  return Math.max(house.clock.now(), ...last) as Instant;
}
