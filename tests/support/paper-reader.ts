import { memoryHome } from '../../src/participant/home.ts';
import { join } from '../../src/participant/join.ts';
import { openSession, type Session } from '../../src/participant/session.ts';
import { type Enrolled, type PaperIssuer, START } from './paper-issuer.ts';

/** A reader that joined an issuer on paper, and how that issuer knows it. */
export type PaperReader = { readonly session: Session; readonly enrolled: Enrolled };

export async function joinedReader(issuer: PaperIssuer): Promise<PaperReader> {
  const session = openSession(memoryHome('home'), issuer.fetch, () => START);
  const { token } = await join(session, issuer.invite());
  const enrolled = issuer.readers.get(token);
  if (enrolled === undefined) throw new Error('expected the issuer to know who joined');
  return { session, enrolled };
}
