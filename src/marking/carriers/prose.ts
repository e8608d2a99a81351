import { alternateSlots } from './alternates.ts';
import type { Carrier } from './carrier.ts';

/**
 * Alternates of words, phrases and sentences, exactly as the sidecar approves them: prose is never
 * marked by machine. `propose` throws INVALID_INPUT as `alternateSlots`.
 */
export const prose: Carrier = {
  name: 'prose',
  formats: ['text', 'markdown'],
  reads: 'alternates',
  propose: ({ text, sidecar }) => ({
    slots: alternateSlots(text, sidecar?.alternates ?? []),
    dropped: [],
  }),
  gate: null,
};
