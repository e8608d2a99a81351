import { invitationText, parseServerUrl } from '../main/client-parts.ts';
import type { Client } from './client.ts';
import { nullable, object, text } from './shape.ts';

const invited = object({
  reader: text,
  invitation: text,
  issuer: object({ origin: text, logVerifierKey: text, manifestKey: text }),
});

/** The reader invited, and what it joins with. @throws INVALID_INPUT on a URL that will not do. */
export function invitedAt(readerUrl: string, raw: unknown): { reader: string; word: string } {
  const url = parseServerUrl(readerUrl, '--reader-url');
  const { reader, invitation, issuer } = invited(raw, 'invitation');
  return { reader, word: invitationText({ url, invitation, keys: issuer }) };
}

const issuer = object({ url: nullable(text) });

/**
 * Where readers reach the server: as typed, else as it was told itself, else where we reach it.
 * Asked before an invitation is, which is told once.
 * @throws INVALID_INPUT
 */
export async function readersUrl(client: Client, typed: string | undefined): Promise<string> {
  if (typed !== undefined) return parseServerUrl(typed, '--reader-url');
  const { url } = issuer(await client.get('/v1/issuer'), 'issuer');
  return url ?? client.url;
}
