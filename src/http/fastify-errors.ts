import { TocsinError } from '../domain/errors.ts';

/** Codes of the framework (fastify lib/errors.js) that a client's own request can cause. */
const CLIENT_FAULTS: Readonly<Record<string, (limit: number) => TocsinError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: (limit) =>
    new TocsinError('LIMIT_EXCEEDED', `body: expected at most ${limit} bytes, found more`, {
      field: 'body',
    }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new TocsinError(
      'UNSUPPORTED',
      'Content-Type: expected application/json, or the one of the route',
      {
        field: 'Content-Type',
      },
    ),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => bad('Content-Length', 'the length of the body'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => bad('body', 'JSON, found nothing'),
  FST_ERR_CTP_INVALID_JSON_BODY: () => bad('body', 'JSON, found other text'),
  FST_ERR_CTP_EMPTY_TYPE: () => bad('Content-Type', 'a media type'),
};

/** The framework's errors as ours; whatever else it is, unchanged. The texts quote nothing sent. */
export function asOurError(error: unknown, bodyLimit: number): unknown {
  if (error instanceof TocsinError || !(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = CLIENT_FAULTS[code];
  if (known) return known(bodyLimit);
  // The JSON parser's own, on `__proto__` and `constructor.prototype`, and the router's.
  if ('statusCode' in error && error.statusCode === 400) return bad('request', 'another form');
  return error;
}

function bad(field: string, expected: string): TocsinError {
  return new TocsinError('INVALID_INPUT', `${field}: expected ${expected}`, { field });
}
