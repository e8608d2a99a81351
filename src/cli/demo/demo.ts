import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { HOUR_MS, parseInstant } from '../../domain/instant.ts';
import { stopwatch } from '../../main/clock.ts';
import { openRehearsal, type Rehearsal } from '../../main/rehearsal.ts';
import type { World } from '../world.ts';
import { lookInto } from './act-finds.ts';
import { checkLedger } from './act-ledger.ts';
import { planAlert } from './act-plan.ts';
import { gather } from './act-programme.ts';
import { playWaves } from './act-waves.ts';
import { READER_CAP } from './cast.ts';
import { closeStory } from './epilogue.ts';
import { readInvented } from './invented.ts';
import { drawRoles } from './leaks.ts';
import { openPage, type Page } from './page.ts';
import { openDesks } from './readers.ts';
import { measure, type Report } from './report.ts';
import { seeded } from './seeded.ts';
import { appoint, type Stage } from './stage.ts';

const START = parseInstant('2025-06-20T09:00:00Z');

export const DEFAULT_SEED = 2025;

/** What was asked for on the command line. */
export type DemoOptions = {
  /** End after the story instead of serving. */
  readonly once: boolean;
  /** File for the numbers (docs/demo.md), or null. */
  readonly json: string | null;
  readonly seed: number;
  /** An empty folder to keep the database in; null: a temporary one, removed at the end. */
  readonly data: string | null;
};

/** Plays July 2025 on a virtual clock, prints it, and then serves what came of it. */
export async function runDemo(world: World, options: DemoOptions): Promise<void> {
  const { cwd } = world;
  const elapsed = stopwatch();
  const page = openPage(terminalOf(world));
  const folder = await openFolder(options.data === null ? null : resolve(cwd, options.data));
  const desks = openDesks();
  let rehearsal: Rehearsal | null = null;
  try {
    title(page, options.seed);
    rehearsal = await openRehearsal({
      dataDir: folder.path,
      listen: '127.0.0.1:0',
      start: START,
      tickMs: HOUR_MS,
      pack: 'mapp',
      readerCap: READER_CAP,
    });
    const random = seeded(options.seed);
    const invented = await readInvented();
    const issuer = await appoint(rehearsal, invented, random, world.fetch);
    const stage = { rehearsal, page, random, desks, invented, issuer };
    const report = await play(stage, folder.path, elapsed);
    if (options.json !== null) {
      await writeFile(resolve(cwd, options.json), `${JSON.stringify(report, null, 2)}\n`);
    }
  } finally {
    await desks.close();
    await rehearsal?.stop();
    await folder.remove();
  }
}

function title(page: Page, seed: number): void {
  page.part('Tocsin: July 2025, played again', `virtual clock, seed ${seed}`);
  page.line('All firms, people, countries and laws are invented. The alert is a');
  page.line('reconstruction, written for Tocsin from the public records of 8 July 2025.');
}

async function play(stage: Stage, folder: string, elapsed: () => number): Promise<Report> {
  const readers = await gather(stage);
  const draw = drawRoles(readers, stage.random);
  const alert = await planAlert(stage);
  const suspended = await playWaves(stage, alert, readers, draw.suspend);
  const finds = await lookInto(stage, alert, readers, draw);
  const ledger = await checkLedger(stage, folder, draw.textsOf);
  const played = { alert, suspended, truth: draw.textsOf, finds, ledger };
  const report = await measure(stage, played, elapsed());
  closeStory(stage.page, report);
  return report;
}

type Folder = { readonly path: string; remove(): Promise<void> };

/** The folder that was named, or a temporary one that the database's own user can enter. */
async function openFolder(named: string | null): Promise<Folder> {
  if (named !== null) return { path: named, remove: async () => undefined };
  const path = await mkdtemp(join(tmpdir(), 'tocsin-demo-'));
  await chmod(path, 0o711);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

function terminalOf({ out, watched }: World) {
  const colour = process.stdout.isTTY && process.stdout.hasColors();
  return { write: out, colour, watched };
}
