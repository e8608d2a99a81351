import { Type } from 'typebox';
import { REASON_CODES } from '../../../domain/decision.ts';
import { invalid } from '../../../domain/errors.ts';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import { compareSent } from '../../../programme/alert/compare-sent.ts';
import { ACTING_PERSON } from '../../auth/audience.ts';
import { BODY_LIMITS, bytesOf } from '../../body.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  Count,
  IdText,
  InstantText,
  instantOrNull,
  listOf,
  nullable,
  oneOf,
} from '../../schemas/basic.ts';

const VERDICTS = [
  ...(['as_decided', 'reduced_only', 'too_early', 'held', 'denied'] as const),
  ...(['unknown_participant', 'unknown_artifact'] as const),
] as const;

const FindingText = Type.Object({
  line: Count,
  participant: nullable(IdText),
  artifact: nullable(IdText),
  at: InstantText,
  verdict: oneOf(VERDICTS),
  from: nullable(InstantText),
  reason: nullable(oneOf(REASON_CODES)),
});

export function compareWithSent(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/sent-comparison',
    {
      bodyLimit: BODY_LIMITS.members,
      config: { audience: ACTING_PERSON, repeat: 'natural', takes: 'bytes' },
      schema: {
        summary: 'What was really sent by another way against what the policy says; keeps nothing',
        description:
          'The body is CSV with the columns participant, artifact and at. Decided by the policy ' +
          'in force and the facts on record now. `notSent`: who would have been given by now ' +
          'what is on no row.',
        params: Type.Object({ alert: IdText }),
        response: {
          200: Type.Object({
            findings: listOf(FindingText),
            notSent: listOf(Type.Object({ participant: IdText, artifacts: listOf(IdText) })),
          }),
        },
      },
    },
    async ({ params, body }) => {
      const alert = parseId<'alert'>(params.alert, 'alert');
      const list = textOf(bytesOf(body));
      const { findings, notSent } = await compareSent(deps.context, alert, list, deps.clock.now());
      return {
        findings: findings.map(({ at, from, ...rest }) => ({
          ...rest,
          at: formatInstant(at),
          from: instantOrNull(from),
        })),
        notSent,
      };
    },
  );
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid('file', 'text in UTF-8', bytes.length);
  }
}
