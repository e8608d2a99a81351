import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { FastifySchemaCompiler } from 'fastify';
import { invalid, TocsinError } from '../domain/errors.ts';

/**
 * Compiles request schemas. Bodies are taken as they are: nothing is coerced, filled in or removed,
 * so an unknown field is an error and `"5"` is not 5. Query strings are text, and are coerced.
 * A schema is compiled at its first request: all together take half a second of every start.
 */
export function requestValidator(): FastifySchemaCompiler<object> {
  const body = ajv(false);
  const text = ajv(true);
  return ({ schema, httpPart }) => {
    const compiler = httpPart === 'body' ? body : text;
    let validate: ValidateFunction | null = null;
    return (value: unknown) => {
      validate ??= compiler.compile(schema);
      if (validate(value)) return { value };
      return { error: validationError(validate.errors ?? [], httpPart ?? 'request') };
    };
  };
}

function ajv(coerceTypes: boolean): Ajv {
  const compiler = new Ajv({
    coerceTypes,
    useDefaults: true,
    removeAdditional: false,
    discriminator: true,
    verbose: true,
    strict: true,
    allowUnionTypes: true,
  });
  // Formats tell clients what is meant; the domain's own parsers decide (an id, an instant,
  // base64).
  for (const format of ['uuid', 'date-time', 'byte', 'binary']) compiler.addFormat(format, true);
  return compiler;
}

/** The fault of a request as our error: the field, what was expected there, what was found. */
function validationError(errors: readonly ErrorObject[], part: string): TocsinError {
  const fault = deepest(errors);
  if (!fault) return invalid(part, 'another form', 'this one');
  const at = fieldPath(fault.instancePath);
  const member: unknown = fault.params['additionalProperty'] ?? fault.params['missingProperty'];
  if (typeof member !== 'string') return invalid(at || part, expectation(fault), fault.data);
  const field = at === '' ? member.slice(0, NAME_SHOWN) : `${at}.${member.slice(0, NAME_SHOWN)}`;
  const expected = fault.keyword === 'required' ? 'a value, found none' : 'no such field';
  return new TocsinError('INVALID_INPUT', `${field}: expected ${expected}`, { field });
}

/** Of an unknown field's name this much is shown. */
const NAME_SHOWN = 60;

function expectation({ keyword, params, parentSchema, message }: ErrorObject): string {
  const described: unknown = parentSchema?.['description'];
  const allowed: unknown = params['allowedValues'];
  if (keyword === 'enum' && Array.isArray(allowed)) return `one of ${allowed.join(', ')}`;
  if (keyword === 'type') return articled(String(params['type']));
  return typeof described === 'string' ? described : (message ?? 'another value');
}

function articled(type: string): string {
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}

/**
 * Of the branches of a union the one that the value came furthest with is the one that was meant.
 */
function deepest(errors: readonly ErrorObject[]): ErrorObject | undefined {
  const depth = (error: ErrorObject) => error.instancePath.split('/').length;
  return errors.toSorted((a, b) => depth(b) - depth(a))[0];
}

/** `/artifacts/2/kind` as `artifacts[2].kind`. */
function fieldPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => {
      if (/^\d+$/.test(part)) return `${path}[${part}]`;
      return path === '' ? part : `${path}.${part}`;
    }, '');
}
