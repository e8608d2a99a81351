import { Type } from 'typebox';
import { APPLICATION_STATES } from '../../../domain/application.ts';
import { CONSENT_MODES } from '../../../domain/enrolment.ts';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant, parseInstant } from '../../../domain/instant.ts';
import { APPEAL_OUTCOMES } from '../../../domain/standing.ts';
import {
  checkApplication,
  decideApplicationAppeal,
  listApplications,
  proposeDecision,
  readApplication,
  VERDICTS,
} from '../../../programme/member/review-applications.ts';
import { vouchFor } from '../../../programme/member/vouch.ts';
import { ANY_PERSON, personOf, readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { ContentText, presentContent } from '../../schemas/application.ts';
import {
  Count,
  closed,
  Hex32,
  IdText,
  InstantText,
  instantOrNull,
  knownId,
  listOf,
  nullable,
  oneOf,
} from '../../schemas/basic.ts';
import { DutyText, parseDuty } from '../../schemas/enrolment.ts';
import { WaitingText } from '../../schemas/member-change.ts';

const Line = Type.Object({
  application: IdText,
  name: Type.String(),
  state: oneOf(APPLICATION_STATES),
  at: InstantText,
  completeAt: nullable(InstantText),
});

export function showApplications(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/programmes/:programme/applications',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'Who asks to join, newest first; the last 1000',
        params: Type.Object({ programme: IdText }),
        response: { 200: Type.Object({ items: listOf(Line) }) },
      },
    },
    async (request) => {
      const programme = parseId<'programme'>(request.params.programme, 'programme');
      const items = await listApplications(deps.context, programme);
      return { items: items.map(presentLine) };
    },
  );
}

function presentLine<L extends { at: Parameters<typeof formatInstant>[0] }>(
  line: L & { completeAt: Parameters<typeof instantOrNull>[0] },
) {
  return { ...line, at: formatInstant(line.at), completeAt: instantOrNull(line.completeAt) };
}

const View = Type.Object({
  ...Line.properties,
  programme: IdText,
  participant: IdText,
  content: ContentText,
  assessment: nullable(
    Type.Object({
      verdict: oneOf(VERDICTS),
      findings: listOf(
        Type.Object({
          criterion: nullable(Type.String()),
          code: Type.String(),
          until: nullable(InstantText),
        }),
      ),
      waiting: listOf(Type.Object({ role: Type.String(), place: Count })),
    }),
  ),
  reason: nullable(Type.String()),
  appeal: nullable(Type.String()),
  appealOutcome: nullable(oneOf(APPEAL_OUTCOMES)),
  appealReason: nullable(Type.String()),
});

export function showApplication(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/applications/:application',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'An application: answers, evidence, who checked it, and what it comes to now',
        params: Type.Object({ application: IdText }),
        response: { 200: View },
      },
    },
    async (request) => {
      const id = parseId<'application'>(request.params.application, 'application');
      const view = await readApplication(deps.context, id, deps.clock.now());
      const { assessment } = view;
      return {
        ...presentLine(view),
        content: presentContent(view.content, view.digests),
        assessment: assessment && {
          ...assessment,
          findings: assessment.findings.map((each) => ({
            ...each,
            until: instantOrNull(each.until),
          })),
        },
      };
    },
  );
}

export function checkOne(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/applications/:application/checks',
    {
      config: { audience: ['person:manager', 'person:approver'], repeat: 'key' },
      schema: {
        summary: 'Records that a person has looked at evidence, or lets somebody off with a reason',
        description:
          '`digest`: of the answer as it was looked at, null where there is none; another by now ' +
          'is `APPROVAL_VOID`. `verdict`: what the application comes to then.',
        params: Type.Object({ application: IdText }),
        body: Type.Object(
          {
            criterion: Type.String({ minLength: 1, maxLength: 60 }),
            as: oneOf(['reviewer', 'public_list', 'exception']),
            digest: nullable(Hex32),
            expiresAt: nullable(InstantText),
            reason: nullable(Type.String({ maxLength: 2_000 })),
          },
          closed,
        ),
        response: { 200: Type.Object({ verdict: nullable(oneOf(VERDICTS)) }) },
      },
    },
    async (request) => {
      const { expiresAt, ...rest } = request.body;
      const ends = expiresAt === null ? null : parseInstant(expiresAt, 'expiresAt');
      return checkApplication(
        deps.context,
        personOf(request),
        parseId<'application'>(request.params.application, 'application'),
        { ...rest, expiresAt: ends },
        deps.clock.now(),
        request.repeat,
      );
    },
  );
}

export function proposeOutcome(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/applications/:application/proposals',
    {
      config: { audience: ['person:manager', 'person:approver'], repeat: 'key' },
      schema: {
        summary: 'Proposes to accept or refuse an application; another person decides',
        description:
          'Nobody can accept what is incomplete. Confirmed, it is assessed once more, and the ' +
          'reason is told to the applicant.',
        params: Type.Object({ application: IdText }),
        body: Type.Object(
          {
            decision: oneOf(['accept', 'refuse']),
            reason: Type.String({ minLength: 1, maxLength: 4_000 }),
            tier: nullable(Type.String({ minLength: 1, maxLength: 64 })),
            consentMode: oneOf(CONSENT_MODES),
            duty: DutyText,
          },
          closed,
        ),
        response: { 201: Type.Object({ proposal: WaitingText }) },
      },
    },
    async (request, reply) => {
      const { duty, ...rest } = request.body;
      const proposed = await proposeDecision(
        deps.context,
        personOf(request),
        parseId<'application'>(request.params.application, 'application'),
        { ...rest, duty: parseDuty(duty, 'duty') },
        deps.clock.now(),
        request.repeat,
      );
      return reply.code(201).send(proposed);
    },
  );
}

export function decideRefusalAppeal(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/applications/:application/appeal/decision',
    {
      config: { audience: ['person:manager', 'person:approver'], repeat: 'key' },
      schema: {
        summary: 'Decides an appeal of an applicant, by a person who had no part in it',
        description: 'Granted, the application is open again. The reason is told.',
        params: Type.Object({ application: IdText }),
        body: Type.Object(
          {
            outcome: oneOf(APPEAL_OUTCOMES),
            reason: Type.String({ minLength: 1, maxLength: 4_000 }),
          },
          closed,
        ),
        response: { 200: Type.Object({ state: oneOf(APPLICATION_STATES) }) },
      },
    },
    async (request) =>
      decideApplicationAppeal(
        deps.context,
        personOf(request),
        parseId<'application'>(request.params.application, 'application'),
        request.body,
        deps.clock.reading().wall,
        request.repeat,
      ),
  );
}

export function vouch(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/applications/:application/vouch',
    {
      config: { audience: ['reader'], repeat: 'key', binds: true },
      schema: {
        summary: 'A member vouches for an applicant, whose name it gives',
        params: Type.Object({ application: IdText }),
        body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) }, closed),
        response: { 200: Type.Object({ vouched: Type.Boolean() }) },
      },
    },
    async (request) =>
      vouchFor(
        deps.context,
        readerOf(request),
        knownId<'application'>(request.params.application),
        request.body.name,
        deps.clock.now(),
        request.repeat,
      ),
  );
}
