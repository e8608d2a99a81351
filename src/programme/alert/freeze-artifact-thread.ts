/** The thread of `freeze-artifact.ts`. */
import { TocsinError } from '../../domain/errors.ts';
import { freezeSlots } from '../../marking/freeze.ts';
import { parseSidecar } from '../../marking/sidecar.ts';
import { answerFrom } from '../thread.ts';
import type { Freezing, Proposed } from './freeze-artifact.ts';

await answerFrom(({ marking, content, sidecar, ...input }: Freezing): Proposed => {
  const parsed = sidecar === null ? null : parseSidecar(sidecar);
  const text = decodeText(content);
  const { table, dropped } = freezeSlots({ ...input, text, sidecar: parsed });
  const test = parsed?.test ?? [];
  if (marking === 'full') return { frozen: { table, dropped }, test };
  const slots = table.slots.filter((slot) => slot.kind === 'canary');
  // Nobody asked for more than canaries: why there are no bits is not worth telling.
  return { frozen: { table: { ...table, slots }, dropped: [] }, test };
});

function decodeText(content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch (cause) {
    throw new TocsinError('INVALID_INPUT', 'content: expected UTF-8 text for a marked artifact', {
      field: 'content',
      cause,
    });
  }
}
