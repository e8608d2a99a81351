import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import { readSealedKey } from '../../../programme/trace/open-mark-key.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { IdText, InstantText, listOf, nullable } from '../../schemas/basic.ts';
import { CustodyText, presentCustody } from '../../schemas/custody.ts';
import { OFFICERS } from '../custody/propose.ts';

const Sealed = Type.Object({
  at: InstantText,
  custody: CustodyText,
  halves: listOf(Type.String({ description: 'an age file in base64, for one of the officers' })),
});

export function showMarkKey(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/alerts/:alert/mark-key',
    {
      config: { audience: OFFICERS },
      schema: {
        summary: 'Whether the mark key is sealed, and its halves as only its officers open them',
        params: Type.Object({ alert: IdText }),
        response: { 200: Type.Object({ alert: IdText, sealed: nullable(Sealed) }) },
      },
    },
    async ({ params }) => {
      const alert = parseId<'alert'>(params.alert, 'alert');
      const key = await readSealedKey(deps.context, alert);
      if (!key) return { alert, sealed: null };
      const halves = key.halves.map((half) => half.toString('base64'));
      const custody = presentCustody(key.custody);
      return { alert, sealed: { at: formatInstant(key.sealedAt), custody, halves } };
    },
  );
}
