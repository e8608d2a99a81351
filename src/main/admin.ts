/** What only the operator's own machine may do, because the first token comes from it. */
import { invalid } from '../domain/errors.ts';
import { parseId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { ROLES, type Role, SYSTEM } from '../programme/act.ts';
import { changeSigning } from '../programme/alert/sign-approval.ts';
import type { Context } from '../programme/context.ts';
import { checkUp } from '../programme/ledger/check-up.ts';
import {
  addLink,
  addToken,
  endTokens,
  listPersons,
  type TokenHolder,
} from '../programme/people/manage-tokens.ts';
import { setSubject } from '../programme/people/provider-sign-in.ts';
import { addOrPropose } from '../programme/people/roles.ts';
import { changeRequestSigning } from '../programme/people/signed-requests.ts';
import { createProgramme } from '../programme/policy/create-programme.ts';

export type AdminRequest =
  | {
      readonly verb: 'createProgramme';
      readonly name: string;
      readonly readerCap: number;
      readonly pack: string;
      readonly files: Readonly<Record<string, string>>;
    }
  | { readonly verb: 'addPerson'; readonly name: string; readonly scopes: readonly string[] }
  | { readonly verb: 'listPersons' }
  | { readonly verb: 'checkUp' }
  | { readonly verb: 'addToken'; readonly person: string; readonly scopes: readonly string[] }
  | { readonly verb: 'addLink'; readonly holder: 'person' | 'reader'; readonly id: string }
  | {
      readonly verb: 'setSubject';
      readonly holder: 'person' | 'reader';
      readonly id: string;
      readonly value: string;
    }
  | {
      readonly verb: 'changeSigning' | 'changeRequestSigning';
      readonly programme: string;
      readonly required: boolean;
    }
  | { readonly verb: 'endTokens'; readonly holder: 'person' | 'reader'; readonly id: string };

/** Does one request. The answer is JSON. @throws INVALID_INPUT, NOT_FOUND, POLICY_INVALID */
export async function runAdmin(
  context: Context,
  request: AdminRequest,
  now: Instant,
): Promise<unknown> {
  switch (request.verb) {
    case 'createProgramme': {
      const { name, readerCap, pack, files } = request;
      const input = { name: named(name), readerCap, policy: { pack, files } };
      return { programme: await createProgramme(context, input, now) };
    }
    case 'addPerson':
      return addOrPropose(context, request.name, rolesOf(request.scopes), now);
    case 'checkUp':
      return { checks: await checkUp(context, now) };
    case 'listPersons':
      return { items: await listPersons(context) };
    case 'addToken': {
      const person = parseId<'person'>(request.person, 'person');
      return { token: await addToken(context, person, rolesOf(request.scopes), now) };
    }
    case 'addLink':
      return { link: await addLink(context, holderOf(request), SYSTEM, now) };
    case 'setSubject':
      await setSubject(context, holderOf(request), claimValue(request.value), SYSTEM, now);
      return { set: true };
    case 'changeSigning':
    case 'changeRequestSigning': {
      const programme = parseId<'programme'>(request.programme, 'programme');
      const change = request.verb === 'changeSigning' ? changeSigning : changeRequestSigning;
      await change(context, programme, request.required, SYSTEM, now);
      return { required: request.required };
    }
    case 'endTokens':
      return endTokens(context, holderOf(request), SYSTEM, now);
  }
}

function holderOf({ holder, id }: { holder: 'person' | 'reader'; id: string }): TokenHolder {
  return holder === 'person'
    ? { kind: holder, id: parseId<'person'>(id, 'person') }
    : { kind: holder, id: parseId<'reader'>(id, 'reader') };
}

function claimValue(value: string): string {
  if (value === '' || value.length > 1_000) throw invalid('value', '1 to 1000 characters', value);
  return value;
}

function named(name: string): string {
  if (name.trim() === '' || name.length > 200) throw invalid('name', '1 to 200 characters', name);
  return name;
}

function rolesOf(words: readonly string[]): Role[] {
  const other = words.find((word) => !ROLES.some((role) => role === word));
  if (other !== undefined || words.length === 0) {
    throw invalid('scopes', `one or more of ${ROLES.join(', ')}`, other ?? 'none');
  }
  return ROLES.filter((role) => words.includes(role));
}
