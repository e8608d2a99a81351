/** A browser of the machine's, headless, spoken to over a pipe: nothing listens. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The command of a Chromium; null: there is none on PATH. */
export function findBrowser(): string | null {
  return NAMES.find((name) => spawnSync(name, ['--version']).status === 0) ?? null;
}

/** What a message of the DevTools protocol has, as far as it is used here. */
type Message = {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly params?: { readonly request?: { readonly url: string } };
  readonly result?: unknown;
  readonly error?: { readonly message: string };
};

export type Browser = {
  /** Opens HTML as a file. */
  open(html: string): Promise<Page>;
  /** Opens an address of this machine. */
  visit(url: string): Promise<Page>;
  close(): Promise<void>;
};

export type Page = {
  readonly url: string;
  /** Every address that was asked for since it was opened, its own first. */
  readonly requests: readonly string[];
  /** What an expression of JavaScript gives there, as JSON. */
  evaluate<T>(expression: string): Promise<T>;
  send<T>(method: string, params?: object): Promise<T>;
};

/** Nothing but what is opened: no look-ups, no updates, no first run. */
const ALONE = [
  ...['--headless=new', '--remote-debugging-pipe', '--disable-gpu', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  ...['--disable-default-apps', '--disable-extensions', '--mute-audio', '--disable-dev-shm-usage'],
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

export async function openBrowser(command: string): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-browser-'));
  // As root it refuses to start in its own sandbox.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = spawn(command, [...ALONE, ...sandbox, `--user-data-dir=${folder}/profile`], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    env: { HOME: folder, PATH: process.env['PATH'] ?? '' },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const pipe = openPipe(child);
  let pages = 0;
  return {
    async open(html) {
      pages += 1;
      const path = join(folder, `page-${pages}.html`);
      await writeFile(path, html);
      return openPage(pipe, pathToFileURL(path).href);
    },
    visit: (url) => openPage(pipe, url),
    async close() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

type Pipe = {
  send<T>(method: string, params: object, sessionId?: string): Promise<T>;
  hear(listener: (message: Message) => void): void;
};

/** JSON messages, each ended by a zero byte, on the child's descriptors 3 and 4. */
function openPipe(child: ChildProcess): Pipe {
  const [, , , to, from] = child.stdio;
  if (!(to instanceof Writable && from instanceof Readable)) throw new Error('expected two pipes');
  const waiting = new Map<number, (message: Message) => void>();
  const listeners: ((message: Message) => void)[] = [];
  let rest = '';
  from.setEncoding('utf8');
  from.on('data', (text: string) => {
    const parts = (rest + text).split('\0');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const message = JSON.parse(part) as Message;
      if (message.id === undefined) for (const hear of listeners) hear(message);
      else waiting.get(message.id)?.(message);
    }
  });
  // Whatever waits when it ends would wait for ever.
  child.once('exit', () => {
    const error = { message: 'the browser ended' };
    for (const answer of waiting.values()) answer({ error });
  });
  let last = 0;
  return {
    hear: (listener) => listeners.push(listener),
    send<T>(method: string, params: object, sessionId?: string) {
      last += 1;
      const id = last;
      return new Promise<T>((resolve, reject) => {
        waiting.set(id, ({ result, error }) => {
          waiting.delete(id);
          if (error) reject(new Error(`${method}: ${error.message}`));
          else resolve(result as T);
        });
        to.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
      });
    },
  };
}

async function openPage(pipe: Pipe, url: string): Promise<Page> {
  type Target = { targetId: string };
  const { targetId } = await pipe.send<Target>('Target.createTarget', { url: 'about:blank' });
  const attach = { targetId, flatten: true };
  const { sessionId } = await pipe.send<{ sessionId: string }>('Target.attachToTarget', attach);
  const send = <T>(method: string, params: object = {}) => pipe.send<T>(method, params, sessionId);
  const requests: string[] = [];
  const loaded = new Promise<void>((resolve) => {
    pipe.hear(({ method, params, sessionId: of }) => {
      if (of !== sessionId) return;
      if (method === 'Network.requestWillBeSent') requests.push(params?.request?.url ?? '');
      if (method === 'Page.loadEventFired') resolve();
    });
  });
  await send('Network.enable');
  await send('Page.enable');
  await send('Page.navigate', { url });
  await loaded;
  return {
    url,
    requests,
    send,
    async evaluate<T>(expression: string) {
      type Evaluated = { result: { value: T }; exceptionDetails?: { text: string } };
      const asked = { expression, returnByValue: true, awaitPromise: true };
      const { result, exceptionDetails } = await send<Evaluated>('Runtime.evaluate', asked);
      if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.text}`);
      return result.value;
    },
  };
}
