import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { readPolicy } from '../../../programme/policy/read-policy.ts';
import { ANY_PERSON } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Hex32, IdText } from '../../schemas/basic.ts';

const WordsOf = Type.Unsafe<Readonly<Record<string, string>>>(
  Type.Record(Type.String(), Type.String()),
);

const Policy = Type.Object({
  pack: Type.String(),
  sha256: Hex32,
  words: Type.Object({ tiers: WordsOf, kinds: WordsOf, reasons: WordsOf }),
});

export function showPolicy(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/programmes/:programme/policy',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'The policy in force, and what people read for its words',
        params: Type.Object({ programme: IdText }),
        response: { 200: Policy },
      },
    },
    async ({ params }) =>
      readPolicy(deps.context, parseId<'programme'>(params.programme, 'programme')),
  );
}
