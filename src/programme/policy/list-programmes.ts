import type { ProgrammeId } from '../../domain/ids.ts';
import { programmes } from '../../store/programme-store.ts';
import type { Context } from '../context.ts';

export type ProgrammeView = {
  readonly id: ProgrammeId;
  readonly name: string;
  readonly pack: string;
  /** Most readers it will ever have. */
  readonly readerCap: number;
};

/** All programmes of this installation, oldest first. */
export async function listProgrammes(context: Context): Promise<readonly ProgrammeView[]> {
  return context.store.issuer(programmes);
}
