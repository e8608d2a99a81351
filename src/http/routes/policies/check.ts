import { Type } from 'typebox';
import { checkPolicy, FINDING_CODES } from '../../../programme/policy/check-policy.ts';
import { ACTING_PERSON } from '../../auth/audience.ts';
import { BODY_LIMITS } from '../../body.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Count, closed, listOf, nullable, oneOf } from '../../schemas/basic.ts';
import { PackFilesText } from '../../schemas/policy.ts';

const PackBody = Type.Object(
  {
    files: PackFilesText,
  },
  closed,
);

const PackCheck = Type.Object({
  ok: Type.Boolean(),
  findings: listOf(
    Type.Object({
      level: oneOf(['error', 'warning']),
      code: oneOf(FINDING_CODES),
      message: Type.String(),
      example: nullable(Type.String()),
      rules: listOf(Type.String()),
    }),
  ),
  cases: Count,
});

export function checkPack(app: App, _deps: HttpDeps): void {
  app.post(
    '/v1/policies/check',
    {
      bodyLimit: BODY_LIMITS.pack,
      config: { audience: ACTING_PERSON, repeat: 'natural' },
      schema: {
        summary: "Checks a policy pack, given as its files' texts; changes nothing",
        body: PackBody,
        response: { 200: PackCheck },
      },
    },
    async ({ body }) => checkPolicy(body.files),
  );
}
