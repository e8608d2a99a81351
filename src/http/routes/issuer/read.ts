import { Type } from 'typebox';
import { issuerKeys } from '../../../programme/ledger/issuer-keys.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Hex32, nullable } from '../../schemas/basic.ts';
import { IssuerText } from '../../schemas/issuer.ts';

const Issuer = Type.Object({
  ...IssuerText.properties,
  readerBundleSha256: nullable(Hex32),
  url: nullable(Type.String({ description: 'where the server is reached, if it was told' })),
});

export function readIssuer(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/issuer',
    {
      config: { audience: ['public'] },
      schema: { summary: 'What a reader pins when it joins', response: { 200: Issuer } },
    },
    async () => ({
      ...issuerKeys(deps.context),
      readerBundleSha256: deps.readerBundle?.sha256 ?? null,
      url: deps.context.site.told ? deps.context.site.origin : null,
    }),
  );
}
