import { mkdir, readdir } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import { fileError } from '../domain/errors.ts';
import type { Failpoint } from '../domain/failpoint.ts';
import { EVENT_TREE_CAPACITY } from '../ledger/event-tree.ts';
import type { Context } from '../programme/context.ts';
import { openKeyring } from '../programme/keyring.ts';
import { checkPinnedLedger, replaceLostPin } from '../programme/ledger/check-pin.ts';
import { type ClockLook, type ClockReading, guardClock } from '../programme/ledger/guard-clock.ts';
import { tickAtStart } from '../programme/ledger/tick-at-start.ts';
import { openPolicyShelf } from '../programme/policy-shelf.ts';
import { openRenderShelf } from '../programme/render-shelf.ts';
import { openTokenDesk } from '../programme/token-desk.ts';
import { databaseClock } from '../store/clock.ts';
import { type Cluster, startCluster } from '../store/cluster/cluster.ts';
import { type CommitFault, openStore, type Store } from '../store/database.ts';
import type { Login } from '../store/login.ts';
import { migrate } from '../store/migrate.ts';
import { type CycleResult, runCycle, type WorkerState } from '../worker/worker.ts';
import { fileCheckpointPin } from './checkpoint-pin.ts';
import type { Clock } from './clock.ts';
import { loadMasterKey } from './master-key.ts';
import { openSandbox } from './sandbox/sandbox.ts';

/** The running parts without a network: what serve, demo, admin and tests build on. */
export type Parts = {
  readonly context: Context;
  readonly clock: Clock;
  /** Lines to tell the operator at start (a moved data folder, migrations applied). */
  readonly notes: readonly string[];
  /** What comes before anything is answered: the tick of a start, and a look at the clocks. */
  begin(): Promise<{ doubted: boolean }>;
  lookAtClock(): Promise<{ doubted: boolean }>;
  /** One cycle of the worker at the clock's present reading. */
  cycle(): Promise<CycleResult>;
  /** Ends everything in order: the store's connections first, then the cluster. */
  stop(): Promise<void>;
};

export type ComposeOptions = {
  readonly clock: Clock;
  readonly logLine?: (line: string) => void;
  /** By the operator's word, as `replaceLostPin`: the ticks of a database whose pin was lost. */
  readonly lostPin?: number;
  /** Tests: fail around commits. */
  readonly fault?: CommitFault;
  /** Tests: what to do at a failpoint instead of what the configuration says. */
  readonly reached?: Context['reached'];
};

/**
 * Config to running parts: database, schema, keys, ledger, in the order in which each can refuse.
 */
export async function compose(config: Config, options: ComposeOptions): Promise<Parts> {
  const fresh = await prepareDataDir(config.dataDir);
  const master = await loadMasterKey(config.masterKey, fresh);
  const database = await openDatabase(config, options.logLine);
  let store: Store | null = null;
  try {
    const now = options.clock.reading().wall;
    const { applied } = await migrate(database.owner, now);
    store = openStore(database, options.fault);
    const context: Context = {
      store,
      keys: await openKeyring(store, master),
      policies: openPolicyShelf(),
      renders: openRenderShelf(),
      tokens: openTokenDesk(store),
      sandbox: once(openSandbox),
      site: config.site,
      provider: await identityProvider(config),
      tickMs: config.tickMs,
      tickLimit: EVENT_TREE_CAPACITY,
      origin: config.origin,
      pin: fileCheckpointPin(config.dataDir),
      ledger: { known: null, pinned: null, unpinned: null, backlog: 0, fault: null },
      reached: options.reached ?? failpoint(config.failpoint),
    };
    if (options.lostPin !== undefined) await replaceLostPin(context, options.lostPin, now);
    await checkPinnedLedger(context);
    const notes = [...database.notes, ...applied.map((name) => `applied migration ${name}`)];
    return running(context, options.clock, notes, store, database.stop);
  } catch (error) {
    await store?.close();
    await database.stop();
    throw error;
  }
}

/** Its library is loaded where one is configured. */
async function identityProvider({ oidc, site }: Config): Promise<Context['provider']> {
  if (oidc === null) return null;
  const { openIdentityProvider } = await import('./identity-provider.ts');
  return openIdentityProvider(oidc, site);
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | null = null;
  return () => {
    opened ??= open();
    return opened;
  };
}

function running(
  context: Context,
  clock: Clock,
  notes: readonly string[],
  store: Store,
  stopDatabase: () => Promise<void>,
): Parts {
  const state: WorkerState = { nextTick: null, nextReminders: null };
  const database = clock.database;
  // A virtual clock is set by hand, whenever it was last looked at: there is nothing to compare.
  let starting = database === null;
  let held = false;
  const reading = (): ClockReading => ({
    ...clock.reading(),
    again: () => clock.reading().wall,
    held,
    database: database ? async () => database() : databaseClock,
    starting,
  });
  const seen = <T extends ClockLook>(look: T): T => {
    starting = false;
    held = look.doubted;
    if (look.confirmed) clock.rebase();
    return look;
  };
  const lookAtClock = async () => seen(await guardClock(context, reading()));
  return {
    context,
    clock,
    notes,
    async begin() {
      await tickAtStart(context, clock.reading().wall);
      return lookAtClock();
    },
    lookAtClock,
    async cycle() {
      return seen(await runCycle(context, reading(), state));
    },
    async stop() {
      await store.close();
      await stopDatabase();
    },
  };
}

/** What only a Tocsin that has its master key puts into a data folder, and the key itself. */
const OF_AN_INSTALLATION = ['master.key', 'cluster', 'moved-to', 'checkpoint.pinned'];

/**
 * Makes the data folder; true while none of an installation is in it. A first start that failed or
 * died may have left something there, and so does whoever makes a volume.
 */
async function prepareDataDir(dataDir: string): Promise<boolean> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const found = await readdir(dataDir);
    return !OF_AN_INSTALLATION.some((name) => found.includes(name));
  } catch (cause) {
    throw fileError(dataDir, cause);
  }
}

type OpenDatabase = {
  readonly owner: Login;
  readonly issuer: Login;
  readonly participant: Login;
  readonly notes: readonly string[];
  readonly stop: () => Promise<void>;
};

async function openDatabase(
  config: Config,
  logLine?: (line: string) => void,
): Promise<OpenDatabase> {
  if (config.database.kind === 'external') {
    const { owner, issuer, participant } = config.database;
    return {
      owner: { url: owner },
      issuer: { url: issuer },
      participant: { url: participant },
      notes: [],
      stop: async () => undefined,
    };
  }
  const cluster = await startCluster({
    dataDir: config.dataDir,
    ...(logLine ? { logLine } : {}),
  });
  return {
    owner: login(cluster, 'tocsin_owner', cluster.passwords.owner),
    issuer: login(cluster, 'tocsin_issuer', cluster.passwords.issuer),
    participant: login(cluster, 'tocsin_participant', cluster.passwords.participant),
    notes: cluster.notes,
    stop: () => cluster.stop(),
  };
}

function login(cluster: Cluster, user: string, password: string): Login {
  const { host, port, database } = cluster;
  return { host, port, database, user, password };
}

/**
 * In production nothing; under test the process ends at the n-th passing of the configured point.
 */
function failpoint(configured: Config['failpoint']): (point: Failpoint) => void {
  if (!configured) return () => undefined;
  let passed = 0;
  return (point) => {
    if (point !== configured.point) return;
    passed += 1;
    if (passed === configured.nth) process.kill(process.pid, 'SIGKILL');
  };
}
