import { Type } from 'typebox';
import { Count, Hex32 } from './basic.ts';

/** The keys a reader pins, from its invitation, and compares with what the server says. */
export const IssuerText = Type.Object({
  origin: Type.String({ description: 'name of the log, first line of its checkpoints' }),
  logVerifierKey: Type.String({ description: 'verifies checkpoints; C2SP signed note' }),
  logKey: Hex32,
  manifestKey: Hex32,
  tickMs: Count,
});
