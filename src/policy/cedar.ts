/** The door to cedar-wasm: parsing, static validation, and the reference evaluator. */
import {
  checkParseSchema,
  type DetailedError,
  type PolicyJson,
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs';
import { TocsinError } from '../domain/errors.ts';
import { checkBounds, isFlatEnough } from './bounds.ts';
import { type Place, refusePack } from './refuse.ts';
import type { CedarRequest } from './request.ts';

/** One policy as written: its text, its JSON form, and where it begins. */
export type CedarPolicy = {
  readonly place: Place;
  readonly text: string;
  readonly json: PolicyJson;
};

/**
 * Splits a file of Cedar policies. @throws POLICY_INVALID with the line of the first syntax error,
 * or naming templates, which packs may not use.
 */
export function parseCedar(file: string, text: string): CedarPolicy[] {
  checkBounds(file, text);
  const parts = policySetTextToParts(text);
  if (parts.type === 'failure') throw firstError(file, text, parts.errors);
  if (parts.policy_templates.length > 0) {
    throw refusePack({ file, line: null }, 'found a policy template (?principal or ?resource)');
  }
  return parts.policies
    .map((policy) => ({ policy, offset: text.indexOf(policy) }))
    .sort((a, b) => a.offset - b.offset)
    .map(({ policy, offset }) => parseOne({ file, line: lineAt(text, offset) }, policy));
}

function parseOne(place: Place, text: string): CedarPolicy {
  const answer = policyToJson(text);
  if (answer.type === 'failure') throw firstError(place.file, text, answer.errors);
  if (!isFlatEnough(answer.json)) {
    throw refusePack(place, 'a condition of too many levels', 'write a set, or split the policy');
  }
  return { place, text, json: answer.json };
}

/**
 * Static validation of a file against the schema: misspelt attributes, undeclared values, wrong
 * types, policies that can never apply. Warnings refuse too: a policy that the validator doubts
 * (a look-alike letter, a condition that is never true) does not say what its author thinks.
 * @throws POLICY_INVALID with the line and the validator's advice.
 */
export function validateCedar(schema: string, file: string, text: string): void {
  const answer = validate({ schema, policies: { staticPolicies: text } });
  if (answer.type === 'failure') throw firstError(file, text, answer.errors);
  const [first] = [...answer.validationErrors, ...answer.validationWarnings];
  if (first !== undefined) throw firstError(file, text, [first.error]);
}

/** @throws POLICY_INVALID when the schema itself is at fault: only a tier's name can cause that. */
export function checkSchema(schema: string): void {
  const answer = checkParseSchema(schema);
  if (answer.type === 'failure') throw firstError('the generated schema', schema, answer.errors);
}

function firstError(file: string, text: string, errors: readonly DetailedError[]): TocsinError {
  const [error] = errors;
  const start = error?.sourceLocations?.[0]?.start;
  const line = start === undefined ? null : lineAt(text, utf16Offset(text, start));
  // The validator numbers policies by their place in the file; the line says it better.
  const message = (error?.message ?? 'not valid Cedar').replace(/^for policy `[^`]*`[:,] /, '');
  return refusePack({ file, line }, message, error?.help ?? undefined);
}

/** Cedar counts bytes of UTF-8, JavaScript UTF-16 units. */
function utf16Offset(text: string, byteOffset: number): number {
  const bytes = new TextEncoder().encode(text).subarray(0, byteOffset);
  return new TextDecoder().decode(bytes).length;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, Math.max(0, offset)).split('\n').length;
}

/** What Cedar answers to one request: verdict, deciding policy ids (sorted), ids that failed. */
export type CedarVerdict = {
  readonly allowed: boolean;
  readonly policies: readonly string[];
  readonly errors: readonly string[];
};

/** The reference evaluator over one set of policies, parsed once and kept inside cedar-wasm. */
export type CedarEvaluator = (request: CedarRequest) => CedarVerdict;

/**
 * Prepares cedar-wasm for a set of policies by id. `name` identifies the set inside cedar-wasm; a
 * later call with the same name replaces it. The evaluator validates each request against the
 * schema and throws POLICY_ERROR when cedar-wasm refuses one.
 */
export function cedarEvaluator(
  name: string,
  schema: string,
  policies: ReadonlyMap<string, PolicyJson>,
): CedarEvaluator {
  const prepared = [
    preparseSchema(name, schema),
    preparsePolicySet(name, { staticPolicies: Object.fromEntries(policies) }),
  ];
  for (const answer of prepared) {
    if (answer.type === 'failure') throw firstError(name, '', answer.errors);
  }
  return (request) => {
    const answer = statefulIsAuthorized({
      ...request,
      preparsedSchemaName: name,
      preparsedPolicySetId: name,
      validateRequest: true,
    });
    if (answer.type === 'failure') {
      throw new TocsinError('POLICY_ERROR', answer.errors[0]?.message ?? 'request refused');
    }
    const { decision, diagnostics } = answer.response;
    return {
      allowed: decision === 'allow',
      policies: [...diagnostics.reason].sort(),
      errors: diagnostics.errors.map((error) => error.policyId).sort(),
    };
  };
}
