import { TocsinError } from '../domain/errors.ts';

/** One half of an alert's mark key, as sealed to an officer: docs/formats/mark-key-half.md. */
export type MarkKeyHalf = {
  readonly alert: string;
  readonly nth: 1 | 2;
  /** 32 bytes in hex. */
  readonly half: string;
};

const FORM =
  /^tocsin\/mark-key-half\/v1\nalert ([0-9a-f-]{36})\nhalf ([12]) of 2\n([0-9a-f]{64})\n$/;

/** The text that its officer's key opens: says what it is of, so that nobody is handed another. */
export function formatHalf({ alert, nth, half }: MarkKeyHalf): string {
  return `tocsin/mark-key-half/v1\nalert ${alert}\nhalf ${nth} of 2\n${half}\n`;
}

/** @throws SEAL_MALFORMED when it is none. */
export function parseHalf(text: string): MarkKeyHalf {
  const [, alert, nth, half] = FORM.exec(text) ?? [];
  if (alert === undefined || half === undefined) {
    throw new TocsinError('SEAL_MALFORMED', 'half: expected one of a mark key, found another text');
  }
  return { alert, nth: nth === '1' ? 1 : 2, half };
}
