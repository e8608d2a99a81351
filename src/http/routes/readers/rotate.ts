import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import { KEY_REPORTS } from '../../../domain/key-report.ts';
import {
  proposeKeyReport,
  reportColleague,
  rotateOwnKeys,
} from '../../../programme/member/rotate-keys.ts';
import { personOf, readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, InstantText, knownId, oneOf, parseBase64 } from '../../schemas/basic.ts';
import { WaitingText } from '../../schemas/member-change.ts';
import { BroughtBody, broughtFrom } from '../../schemas/reader-keys.ts';

const Signature = Type.String({
  format: 'byte',
  maxLength: 100,
  description: 'by the signing key in force (docs/api.md, Other keys)',
});

export function rotate(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/keys/rotation',
    {
      config: { audience: ['reader'], repeat: 'key' },
      schema: {
        summary: 'Brings other keys, which are taken up a day later',
        body: Type.Object({ ...BroughtBody, signature: Signature }, closed),
        response: { 200: Type.Object({ opensAt: InstantText }) },
      },
    },
    async (request) => {
      const { signature, ...body } = request.body;
      const { opensAt } = await rotateOwnKeys(
        deps.context,
        readerOf(request),
        { ...broughtFrom(body), signature: parseBase64(signature, 'signature') },
        deps.clock.now(),
        request.repeat,
      );
      return { opensAt: formatInstant(opensAt) };
    },
  );
}

export function reportKey(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/keys/reports',
    {
      config: { audience: ['administrator'], repeat: 'key' },
      schema: {
        summary: 'Says that the keys of a colleague are lost or stolen, and invites them anew',
        description: 'The invitation is shown this once; what it brings is taken up a day later.',
        body: Type.Object(
          { reader: IdText, what: oneOf(KEY_REPORTS), signature: Signature },
          closed,
        ),
        response: { 200: Type.Object({ invitation: Type.String() }) },
      },
    },
    async (request) => {
      const { reader, what, signature } = request.body;
      return reportColleague(
        deps.context,
        readerOf(request),
        { reader: knownId<'reader'>(reader), what, signature: parseBase64(signature, 'signature') },
        // Not to wait for a doubted clock: it only shuts.
        deps.clock.reading().wall,
        request.repeat,
      );
    },
  );
}

const Reader = Type.Object({ programme: IdText, participant: IdText, reader: IdText });
const PATH = '/v1/programmes/:programme/participants/:participant/readers/:reader';

export function proposeReport(app: App, deps: HttpDeps): void {
  app.post(
    `${PATH}/key-report`,
    {
      config: { audience: ['person:manager', 'person:operator'], repeat: 'key' },
      schema: {
        summary: 'Proposes that a reader’s keys are lost or stolen; another person confirms it',
        description:
          'The code is shown this once. It goes with the invitation that who confirms is told: ' +
          'the reader joins with both.',
        params: Reader,
        body: Type.Object({ what: oneOf(KEY_REPORTS) }, closed),
        response: { 200: Type.Object({ proposal: WaitingText, code: Type.String() }) },
      },
    },
    async (request) =>
      proposeKeyReport(
        deps.context,
        personOf(request),
        parseId<'programme'>(request.params.programme, 'programme'),
        { ...aboutOf(request.params), what: request.body.what },
        deps.clock.now(),
        request.repeat,
      ),
  );
}

function aboutOf({ participant, reader }: { participant: string; reader: string }) {
  return {
    participant: parseId<'participant'>(participant, 'participant'),
    reader: parseId<'reader'>(reader, 'reader'),
  };
}
