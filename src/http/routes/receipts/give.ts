import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { acknowledgeCopy } from '../../../programme/release/acknowledge-copy.ts';
import { readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, Hex32, IdText, parseBase64 } from '../../schemas/basic.ts';

const ReceiptBody = Type.Object(
  {
    delivery: IdText,
    manifestSha256: Hex32,
    ciphertextSha256: Hex32,
    signature: Type.String({
      format: 'byte',
      description: 'Ed25519, over the receipt of docs/formats/copy.md',
    }),
  },
  closed,
);

export function giveReceipt(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/receipts',
    {
      // One delivery has one receipt: giving it again changes nothing.
      config: { audience: ['reader', 'machine'], repeat: 'natural' },
      schema: {
        summary: "The reader's signed receipt of a copy",
        body: ReceiptBody,
        response: { 200: Type.Object({ acknowledged: Type.Boolean() }) },
      },
    },
    async (request) => {
      const { delivery, manifestSha256, ciphertextSha256, signature } = request.body;
      const receipt = {
        delivery: parseId<'delivery'>(delivery, 'delivery'),
        manifestSha256: Buffer.from(manifestSha256, 'hex'),
        ciphertextSha256: Buffer.from(ciphertextSha256, 'hex'),
        signature: parseBase64(signature, 'signature'),
      };
      return acknowledgeCopy(deps.context, readerOf(request), receipt, deps.clock.now());
    },
  );
}
