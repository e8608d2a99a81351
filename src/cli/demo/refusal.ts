import { type ErrorCode, TocsinError } from '../../domain/errors.ts';

/** The code with which something was refused; null when it was done. */
export async function refusalOf(act: Promise<unknown>): Promise<ErrorCode | null> {
  try {
    await act;
    return null;
  } catch (error) {
    if (error instanceof TocsinError) return error.code;
    throw error;
  }
}
