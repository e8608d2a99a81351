/**
 * bench `wave`, case `10k`: one wave for 10 000 participants and 6 artifacts on the embedded store,
 * fsync and synchronous_commit on. The release runs in a process of its own, so that its peak
 * memory is its own; `peakMiB20k` is the same at twice the participants. Peer: PostgreSQL alone
 * inserting as many rows of the same tables in one transaction.
 */
import { execFileSync } from 'node:child_process';
import { sql } from 'kysely';
import type { Instant } from '../src/domain/instant.ts';
import { virtualClock } from '../src/main/clock.ts';
import { compose } from '../src/main/compose.ts';
import { addArtifact, draftAlert } from '../src/programme/alert/draft-alert.ts';
import { releaseDue } from '../src/programme/release/release-due.ts';
import {
  approve,
  configFor,
  type House,
  openHouse,
  openSite,
  type Site,
  T0,
} from '../tests/support/house.ts';
import { median, print, round } from './harness.ts';

const KINDS = [
  'advisory',
  'summary',
  'detection_guidance',
  'detection_rule',
  'mitigation',
  'poc',
] as const;

/**
 * As many processes do the same wave, each on a database of its own. A peak is of one moment, and a
 * collector that runs a little later moves it by half: their median counts.
 */
const TIMES = 3;

const child = process.argv[2] === '--child' ? process.argv[3] : undefined;
if (child) await releaseInChild(child);
else await parent();

async function parent(): Promise<void> {
  const smalls: Measured[] = [];
  const larges: Measured[] = [];
  for (let n = 0; n < TIMES; n++) {
    smalls.push(await measure(10_000));
    larges.push(await measure(20_000));
  }
  const [small, large] = [middle(smalls), middle(larges)];
  print({
    bench: 'wave',
    case: '10k',
    ours: round(small.seconds),
    peer: round(small.bareSeconds),
    ratio: round(small.bareSeconds / small.seconds),
    unit: 's',
    seconds: round(small.seconds),
    peakMiB: round(small.peakMiB),
    peakMiB20k: round(large.peakMiB),
    seconds20k: round(large.seconds),
    fsync: smalls[0]?.fsync ?? '',
    synchronous_commit: smalls[0]?.synchronousCommit ?? '',
    note:
      `medians of ${TIMES}; peer: as many rows into the same tables in one INSERT each, ` +
      'no decisions, no hashes',
  });
}

type Measured = Awaited<ReturnType<typeof measure>>;

function middle(all: readonly Measured[]) {
  const of = (field: 'seconds' | 'bareSeconds' | 'peakMiB') =>
    median(all.map((measured) => measured[field]));
  return { seconds: of('seconds'), bareSeconds: of('bareSeconds'), peakMiB: of('peakMiB') };
}

async function measure(participants: number) {
  const site = await openSite();
  const house = await openHouse({ site });
  try {
    await enrolMany(house, participants);
    await draftSix(house);
    const { seconds, peakMiB } = runChild(site);
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ granted: number }>`select count(*) as granted from release_grant`.execute(tx),
    );
    const granted = rows[0]?.granted ?? 0;
    if (granted !== participants)
      throw new Error(`expected ${participants} grants, found ${granted}`);
    const bareSeconds = await bareInserts(house);
    const settings = await house.context.store.issuer(async (tx) => ({
      fsync: (await sql<{ fsync: string }>`show fsync`.execute(tx)).rows[0]?.fsync ?? '',
      synchronousCommit:
        (await sql<{ synchronous_commit: string }>`show synchronous_commit`.execute(tx)).rows[0]
          ?.synchronous_commit ?? '',
    }));
    return { seconds, peakMiB, bareSeconds, ...settings };
  } finally {
    await house.context.store.close();
    await site.tearDown();
  }
}

/** Set-up only: 10 000 admissions one by one are not what is measured. */
async function enrolMany(house: House, participants: number): Promise<void> {
  await house.context.store.issuer(async (tx) => {
    await sql`insert into participant (id, name, created_at)
      select gen_random_uuid(), 'Firm ' || n, ${new Date(house.clock.now())}
      from generate_series(1, ${participants}) as n`.execute(tx);
    await sql`insert into enrolment (programme_id, participant_id, tier, standing, duty,
        agreement_signed_at, agreement_expires_at, consent_mode, version)
      select ${house.programme}, id, 'validate', 'active',
        '{"status":"stated","duties":[],"provenance":"attested","expiresAt":4102444800000}',
        '2025-01-01T00:00:00Z', '2030-01-01T00:00:00Z', 'standing', 1 from participant`.execute(tx);
  });
}

async function draftSix(house: House): Promise<void> {
  const { context, author, programme, clock } = house;
  const now = clock.now();
  const input = {
    title: 'Bench',
    disclosureAt: T0,
    tlp: 'AMBER',
    usePermissions: ['read'],
  } as const;
  const { alert } = await draftAlert(context, author, programme, input, now);
  for (const kind of KINDS) {
    const artifact = {
      kind,
      variant: 'full',
      format: 'text',
      marking: 'none',
      name: `${kind}.txt`,
      content: Buffer.from(`A text of kind ${kind}.\n`),
      sidecar: null,
      reducedBy: null,
      sourcePublishedAt: null,
    } as const;
    await addArtifact(context, author, alert, null, artifact, now);
  }
  await approve(house, alert);
}

function runChild(site: Site): { seconds: number; peakMiB: number } {
  const task = JSON.stringify({ dataDir: site.dataDir, urls: site.urls });
  const out = execFileSync(process.execPath, [
    ...process.execArgv,
    import.meta.filename,
    '--child',
    task,
  ]);
  return JSON.parse(out.toString()) as { seconds: number; peakMiB: number };
}

async function releaseInChild(text: string): Promise<void> {
  const { dataDir, urls } = JSON.parse(text) as Pick<Site, 'dataDir' | 'urls'>;
  const at = (T0 - 14 * 86_400_000) as Instant;
  const parts = await compose(configFor(dataDir, urls), { clock: virtualClock(at) });
  const start = performance.now();
  await releaseDue(parts.context, at);
  const seconds = (performance.now() - start) / 1000;
  await parts.stop();
  process.stdout.write(JSON.stringify({ seconds, peakMiB: process.resourceUsage().maxRSS / 1024 }));
}

/** The same rows once more under new keys, by PostgreSQL alone. */
async function bareInserts(house: House): Promise<number> {
  const start = performance.now();
  await house.context.store.issuer(async (tx) => {
    await sql`insert into release_grant select alert_id, participant_id, wave_at + interval '1 ms',
      granted_at, allowed, reduced, opened from release_grant`.execute(tx);
    await sql`insert into event (id, at, type, programme_id, subjects, entry, leaf, issuer_body,
        issuer_salt, participant_id, participant_body, participant_salt)
      select gen_random_uuid(), at, type, programme_id, subjects, entry, leaf, issuer_body,
        issuer_salt, participant_id, participant_body, participant_salt
      from event where type = 'granted'`.execute(tx);
    await sql`insert into notice (id, participant_id, alert_id, kind, at)
      select gen_random_uuid(), participant_id, alert_id, kind, at from notice`.execute(tx);
  });
  return (performance.now() - start) / 1000;
}
