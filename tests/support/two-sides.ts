/** Both programs over one house: the issuer's persons type `tocsin`, readers `tocsin-reader`. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run as runTocsin } from '../../src/cli/program.ts';
import { gpg } from '../../src/cli/reader/gpg.ts';
import { run as runReader } from '../../src/cli/reader/run.ts';
import { type Edge, fetchFrom, openEdge } from './edge.ts';
import type { House } from './house.ts';
import { quietWorld } from './quiet-world.ts';

export type Said = { readonly status: number; readonly out: string; readonly err: string };

export type TwoSides = {
  readonly edge: Edge;
  readonly folder: string;
  /** The author and operator; what is printed. Fails unless it ends well. */
  first(...args: string[]): Promise<Said>;
  /** The second person. */
  second(...args: string[]): Promise<Said>;
  /** The second person confirms what a proposal's hint says. */
  confirm(proposed: Said): Promise<void>;
  /** A reader, by the name of its home. */
  reader(home: string, ...args: string[]): Promise<Said>;
  tearDown(): Promise<void>;
};

export async function openTwoSides(house: House): Promise<TwoSides> {
  const edge = openEdge(house);
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-sides-'));
  const tocsin = async (token: string, ...args: string[]): Promise<Said> => {
    const env = { TOCSIN_TOKEN: token, TOCSIN_URL: house.context.site.origin };
    const world = quietWorld({ env, cwd: folder, fetch: fetchFrom(edge) });
    await runTocsin(args, world);
    assert.equal(world.status(), 0, world.stderr());
    return { status: 0, out: world.stdout(), err: world.stderr() };
  };
  const second = (...args: string[]) => tocsin(house.tokens.approver, ...args);
  return {
    edge,
    folder,
    first: (...args) => tocsin(house.tokens.author, ...args),
    second,
    async confirm({ err }) {
      const [, change = '', digest = ''] = /approve-change (\S+) --digest (\S+)/.exec(err) ?? [];
      await second('participant', 'approve-change', change, '--digest', digest);
    },
    async reader(home, ...args) {
      const said = { out: '', err: '' };
      const status = await runReader(args, {
        home: join(folder, home),
        openpgp: gpg(),
        fetch: fetchFrom(edge),
        now: () => house.clock.now(),
        stdin: async () => '',
        out: (bytes) => {
          said.out += Buffer.from(bytes).toString();
        },
        err: (line) => {
          said.err += `${line}\n`;
        },
      });
      return { status, ...said };
    },
    tearDown: () => rm(folder, { recursive: true, force: true }),
  };
}
