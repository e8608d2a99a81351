import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { invalid } from '../../domain/errors.ts';
import { HOUR_MS, parseInstant } from '../../domain/instant.ts';
import { seeded } from '../../domain/seeded.ts';
import { stopwatch } from '../../main/clock.ts';
import { openRehearsal, type Rehearsal } from '../../main/rehearsal.ts';
import { EXIT_STATUSES } from '../exit.ts';
import { firstSignal } from '../serve.ts';
import type { World } from '../world.ts';
import { lookInto } from './act-finds.ts';
import { checkLedger } from './act-ledger.ts';
import { planAlert } from './act-plan.ts';
import { gather } from './act-programme.ts';
import { playSecond } from './act-second.ts';
import { playWaves } from './act-waves.ts';
import { draft } from './alert.ts';
import { READER_CAP } from './cast.ts';
import { brokenClaims } from './claims.ts';
import { closeStory } from './epilogue.ts';
import { readInvented } from './invented.ts';
import { drawRoles } from './leaks.ts';
import { openPage, type Page } from './page.ts';
import { type Desks, openDesks } from './readers.ts';
import { measure } from './report.ts';
import { appoint, type Stage } from './stage.ts';
import { inviteOn } from './stay.ts';

const START = parseInstant('2025-06-20T09:00:00Z');

/** What was asked for on the command line. */
export type DemoOptions = {
  /** End after the story instead of serving. */
  readonly once: boolean;
  /** File for the numbers (docs/demo.md), or null. */
  readonly json: string | null;
  readonly seed: number;
  /** A folder, empty or to be made, that keeps the data; null: a temporary one. */
  readonly data: string | null;
};

/** The exit status of a program that Ctrl-C ended (128 + SIGINT). */
const INTERRUPTED = 130;

/**
 * Plays July 2025 on a virtual clock and prints it, with everything as real as on any day: a
 * database, the HTTP API, sealed copies. Then serves what came of it, until a signal.
 */
export async function runDemo(world: World, options: DemoOptions): Promise<void> {
  const ended = firstSignal();
  const elapsed = stopwatch();
  const page = openPage({ ...world, colour: process.stdout.isTTY && process.stdout.hasColors() });
  const folder = await openFolder(options.data === null ? null : resolve(world.cwd, options.data));
  let rehearsal: Rehearsal | null = null;
  const desks = openDesks(() => rehearsal?.now() ?? START);
  try {
    introduce(page, options.seed);
    rehearsal = await openRehearsal({
      dataDir: folder.path,
      listen: '127.0.0.1:0',
      start: START,
      tickMs: HOUR_MS,
      pack: 'mapp',
      readerCap: READER_CAP,
    });
    const stage = await setStage(world, options.seed, { rehearsal, page, desks });
    const story = tell(stage, world, options, folder.path, elapsed);
    const interrupted = await Promise.race([story, ended]);
    if (interrupted !== undefined) {
      // What is under way ends with the server; nobody waits for it any more.
      story.catch(() => undefined);
      world.finish(INTERRUPTED);
    } else if (!options.once) {
      await rehearsal.serveUntil(ended);
    }
  } finally {
    page.doing('everything is ended in order');
    await desks.close();
    await rehearsal?.stop();
    await folder.remove();
    page.line();
  }
}

function introduce(page: Page, seed: number): void {
  page.part('Tocsin: July 2025, played again', `virtual clock, seed ${seed}`);
  page.line(
    'All firms, people, countries and laws are invented. The alerts are reconstructions from ' +
      'public records; the second hands on rules that others published. Everything else is real: ' +
      'database, API, sealed copies, proofs.',
  );
  page.doing('a database is made');
}

async function setStage(
  { fetch }: World,
  seed: number,
  parts: { rehearsal: Rehearsal; page: Page; desks: Desks },
): Promise<Stage> {
  const random = seeded(seed);
  const invented = await readInvented();
  const issuer = await appoint(parts.rehearsal, invented, random, fetch);
  return { ...parts, random, invented, issuer };
}

/** The story, its numbers, and what one may go on with. */
async function tell(
  stage: Stage,
  { cwd, finish }: World,
  { json, once }: DemoOptions,
  folder: string,
  elapsed: () => number,
): Promise<void> {
  const { page } = stage;
  // The author drafts while readers join, and says nothing meanwhile: one line tells of progress.
  const quiet = { ...page, doing: () => undefined };
  const [readers, { alert }] = await Promise.all([
    gather(stage),
    draft({ ...stage, page: quiet }, 'sharepoint-2025-07'),
  ]);
  const draw = drawRoles(readers, stage.random);
  await planAlert(stage, alert);
  const suspended = await playWaves(stage, alert, readers, draw.suspend);
  const finds = await lookInto(stage, alert, readers, draw);
  const second = await playSecond(stage, readers, draw.suspend);
  const ledger = await checkLedger(stage, folder, draw.textsOf);
  const played = { alert, second, suspended, truth: draw.textsOf, finds, ledger };
  const report = await measure(stage, played, elapsed());
  closeStory(page, report);
  if (json !== null) {
    await writeFile(resolve(cwd, json), `${JSON.stringify(report, null, 2)}\n`);
  }
  page.line();
  page.aside(`Played in ${Math.round(report.seconds)} s${json === null ? '' : `, see ${json}`}.`);
  const broken = brokenClaims(report);
  for (const claim of broken) page.line(`NOT BORNE OUT by the numbers: ${claim}.`);
  if (broken.length > 0) finish(EXIT_STATUSES.found.status);
  if (!once) await inviteOn(stage, folder, alert, draw.textsOf);
}

type Folder = { readonly path: string; remove(): Promise<void> };

/** The folder that was named, or a temporary one that the database's own user can enter. */
async function openFolder(named: string | null): Promise<Folder> {
  if (named !== null) {
    await refuseFilled(named);
    return { path: named, remove: async () => undefined };
  }
  const path = await mkdtemp(join(tmpdir(), 'tocsin-demo-'));
  await chmod(path, 0o711);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** The story begins with nothing; data of a real programme must never become part of it. */
async function refuseFilled(folder: string): Promise<void> {
  const found = await readdir(folder).catch(() => []);
  if (found.length > 0)
    throw invalid('--data', 'an empty folder, or none yet', `${found.length} files`);
}
