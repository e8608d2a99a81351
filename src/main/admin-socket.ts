import type { FastifyInstance } from 'fastify';
import { invalid } from '../domain/errors.ts';
import { errorLine } from '../http/log.ts';
import { problemOf } from '../http/problem.ts';
import type { Context } from '../programme/context.ts';
import { requireSoundLedger } from '../programme/ledger/guard-ledger.ts';
import { type AdminRequest, runAdmin } from './admin.ts';
import { ADMIN_PATH } from './administer.ts';
import type { Clock } from './clock.ts';

/** A policy pack's texts fit. */
const BODY_LIMIT = 1024 * 1024;

/**
 * Takes the operator's requests on the socket of a serving Tocsin, so that it need not be ended for
 * them. Whoever may open the socket may read the master key too: the file's mode guards both.
 */
export function offerAdmin(
  operator: FastifyInstance,
  context: Context,
  clock: Clock,
  logLine: (line: string) => void,
): void {
  operator.post(ADMIN_PATH, { bodyLimit: BODY_LIMIT }, async (request, reply) => {
    // Not `now()`: who is let in does not wait for a doubted clock to be confirmed, by persons.
    const { wall } = clock.reading();
    try {
      requireSoundLedger(context);
      return await runAdmin(context, parseRequest(request.body), wall);
    } catch (error) {
      const { status, bytes } = problemOf(error, true);
      if (status >= 500) logLine(errorLine(wall, request, error));
      return reply.code(status).type('application/problem+json').send(bytes);
    }
  });
}

/** The sender is our own command line, of the same version; a slip is still named. */
function parseRequest(body: unknown): AdminRequest {
  if (typeof body !== 'object' || body === null) throw invalid('body', 'an object', body);
  const found = new Map<string, unknown>(Object.entries(body));
  const text = (name: string): string => {
    const value = found.get(name);
    if (typeof value !== 'string') throw invalid(name, 'a text', value);
    return value;
  };
  const texts = (name: string): readonly string[] => {
    const value = found.get(name);
    if (!Array.isArray(value)) throw invalid(name, 'a list', value);
    return value.map((item: unknown) => String(item));
  };
  const verb = text('verb');
  switch (verb) {
    case 'createProgramme':
      return {
        verb,
        name: text('name'),
        readerCap: Number(found.get('readerCap')),
        pack: text('pack'),
        files: filesOf(found.get('files')),
      };
    case 'addPerson':
      return { verb, name: text('name'), scopes: texts('scopes') };
    case 'listPersons':
    case 'checkUp':
      return { verb };
    case 'addToken':
      return { verb, person: text('person'), scopes: texts('scopes') };
    case 'changeSigning':
    case 'changeRequestSigning':
      return { verb, programme: text('programme'), required: found.get('required') === true };
    case 'setSubject':
      return { verb, ...holderIn(text), value: text('value') };
    case 'addLink':
    case 'endTokens':
      return { verb, ...holderIn(text) };
    default:
      throw invalid('verb', 'a verb of tocsin admin', verb);
  }
}

function holderIn(text: (name: string) => string) {
  const holder: 'person' | 'reader' = text('holder') === 'reader' ? 'reader' : 'person';
  return { holder, id: text('id') };
}

function filesOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) throw invalid('files', 'an object', value);
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}
