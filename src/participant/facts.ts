import { newId } from '../crypto/random.ts';
import { parseOwnStatements, parseStated, type Statement } from '../formats/facts-answers.ts';
import { memberApi } from './inbox.ts';
import type { Session } from './session.ts';

export type { Statement } from '../formats/facts-answers.ts';

/** What this reader's organisation has stated of itself, newest first. @throws as `inbox`. */
export async function ownFacts(session: Session): Promise<readonly Statement[]> {
  const api = await memberApi(session);
  return parseOwnStatements(await api.getJson('/v1/facts'));
}

/**
 * States facts of the organisation.
 * @param facts an object of facts (docs/reader.md); what it leaves out is not spoken of
 * @throws INVALID_INPUT where the server does not know one; as `inbox`.
 */
export async function stateFacts(
  session: Session,
  facts: Readonly<Record<string, unknown>>,
): Promise<{ readonly statement: string; readonly narrowed: boolean }> {
  const { programme = null, ...said } = facts;
  const nothing = {
    jurisdictions: null,
    duties: null,
    affiliates: null,
    ...{ products: null, contacts: null, calendar: null, maxEmbargoMs: null },
  };
  const api = await memberApi(session);
  const body = { programme, facts: { ...nothing, ...said } };
  return parseStated(await api.postJson('/v1/facts', body, newId()));
}
