import { Type } from 'typebox';
import { READER_ROLES } from '../../../domain/reader-role.ts';
import {
  inviteColleague,
  listOwnReaders,
  removeColleague,
  setColleagueRole,
} from '../../../programme/member/own-readers.ts';
import { readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  closed,
  IdText,
  InstantText,
  instantOrNull,
  knownId,
  listOf,
  nullable,
  oneOf,
} from '../../schemas/basic.ts';

const Row = Type.Object({
  reader: IdText,
  label: Type.String(),
  role: oneOf(READER_ROLES),
  joinedAt: nullable(InstantText),
});

export function showReaders(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/readers',
    {
      config: { audience: ['reader'] },
      schema: {
        summary: 'The readers of the own participant, invited ones too, and what each is to it',
        response: {
          200: Type.Object({ reader: IdText, readers: listOf(Row) }),
        },
      },
    },
    async (request) => {
      const { readers, ...rest } = await listOwnReaders(deps.context, readerOf(request));
      const rows = readers.map((row) => ({ ...row, joinedAt: instantOrNull(row.joinedAt) }));
      return { ...rest, readers: rows };
    },
  );
}

export function inviteReaderOfOwn(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/readers',
    {
      config: { audience: ['administrator'], repeat: 'key', binds: true },
      schema: {
        summary: 'Invites one more reader of the own participant; the invitation, this once',
        description: 'A `machine` has a token and no passkey: it fetches and acknowledges.',
        body: Type.Object(
          {
            label: Type.String({ minLength: 1, maxLength: 100 }),
            role: oneOf(['reader', 'machine']),
          },
          closed,
        ),
        response: { 201: Type.Object({ reader: IdText, invitation: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { context, clock } = deps;
      const { body, repeat } = request;
      const caller = readerOf(request);
      const invited = await inviteColleague(context, caller, body, clock.now(), repeat);
      return reply.code(201).send(invited);
    },
  );
}

export function removeReaderOfOwn(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/readers/:reader/removal',
    {
      config: { audience: ['administrator'], repeat: 'key', binds: true },
      schema: {
        summary: 'Removes a reader of the own participant, at once; never its last administrator',
        params: Type.Object({ reader: IdText }),
        body: Type.Object({}, closed),
        response: { 200: Type.Object({ removed: Type.Boolean() }) },
      },
    },
    async (request) => {
      const reader = knownId<'reader'>(request.params.reader);
      // Not to wait for a doubted clock: it only shuts.
      const { wall } = deps.clock.reading();
      return removeColleague(deps.context, readerOf(request), reader, wall, request.repeat);
    },
  );
}

export function setReaderRole(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/readers/:reader/role',
    {
      config: { audience: ['administrator'], repeat: 'key', binds: true },
      schema: {
        summary: 'Makes a reader of the own participant an administrator, or one a reader again',
        params: Type.Object({ reader: IdText }),
        body: Type.Object({ role: oneOf(['administrator', 'reader']) }, closed),
        response: { 200: Type.Object({ role: oneOf(READER_ROLES) }) },
      },
    },
    async (request) => {
      const reader = knownId<'reader'>(request.params.reader);
      const asked = { reader, role: request.body.role };
      const now = deps.clock.now();
      return setColleagueRole(deps.context, readerOf(request), asked, now, request.repeat);
    },
  );
}
