import type { Format } from '../../domain/artifact.ts';
import type { ArtifactId } from '../../domain/ids.ts';
import type { Frozen } from '../../marking/freeze.ts';
import type { Earlier } from '../../marking/passage.ts';
import { tryScript } from '../../marking/script-trial.ts';
import { inLine } from '../line.ts';
import type { Sandbox } from '../sandbox.ts';
import { inThread } from '../thread.ts';

/** An artifact to be marked, as its author sent it. */
export type Freezing = {
  readonly artifact: ArtifactId;
  readonly version: number;
  readonly format: Format;
  readonly marking: 'canary' | 'full';
  readonly content: Uint8Array;
  /** YAML; null for none. */
  readonly sidecar: string | null;
  /** The tables of this alert so far that have slots, with their masters. */
  readonly earlier: readonly Earlier[];
};

/** What its thread answers: slots found, and the command that is to try those of a script. */
export type Proposed = { readonly frozen: Frozen; readonly test: readonly string[] };

const THREAD = new URL('./freeze-artifact-thread.ts', import.meta.url);

/** How long all runs of one script's test may take together, ms. */
const MAX_TRIAL_MS = 60_000;

/**
 * Freezes a version of an artifact, in a thread: every slot of a rule is compiled and
 * tried, which takes seconds for a long file. Of a script, what its test command has tried in the
 * sandbox is kept, and nothing where there is none.
 * @throws as `parseSidecar` and `freezeSlots`; INVALID_INPUT for content that is not UTF-8;
 *   LIMIT_EXCEEDED, see `inThread` and `inLine`.
 */
export async function freezeArtifact(
  name: string,
  input: Freezing,
  openSandbox: () => Promise<Sandbox>,
): Promise<Frozen> {
  const what = `artifact ${name}`;
  const { frozen, test } = await inThread<Proposed>(THREAD, what, input);
  const bits = frozen.table.slots.filter(({ kind }) => kind === 'bit');
  if (input.format !== 'script' || bits.length === 0) return frozen;
  const sandbox = await openSandbox();
  if (!sandbox.works) {
    const reason = `not tried, no sandbox works here: ${sandbox.reason}`;
    const untried = { family: 'python', what: `test of ${bits.length} slots`, reason };
    return withBits(frozen, { kept: [], dropped: [untried] });
  }
  const script = { command: test, name };
  return inLine('script', what, async () => {
    const end = AbortSignal.timeout(MAX_TRIAL_MS);
    const tried = await tryScript(input.content, frozen.table, {
      run: (variant) => sandbox.run({ ...script, script: variant }),
      isOver: () => end.aborted,
    });
    return withBits(frozen, tried);
  });
}

function withBits(
  { table, dropped }: Frozen,
  tried: Pick<Frozen, 'dropped'> & { readonly kept: readonly Frozen['table']['slots'][number][] },
): Frozen {
  const slots = table.slots.filter((slot) => slot.kind === 'canary' || tried.kept.includes(slot));
  return { table: { ...table, slots }, dropped: [...dropped, ...tried.dropped] };
}
