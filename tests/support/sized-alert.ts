import type { AlertId, ArtifactId } from '../../src/domain/ids.ts';
import { addArtifact, draftAlert } from '../../src/programme/alert/draft-alert.ts';
import { approve, type House, T0 } from './house.ts';

/** An approved alert with one unmarked text of so many bytes, public at T0. */
export async function sizedAlert(
  house: House,
  bytes: number,
): Promise<{ alert: AlertId; artifact: ArtifactId }> {
  const { context, author, programme, clock } = house;
  const input = { title: 'S', disclosureAt: T0, tlp: 'AMBER', usePermissions: ['read'] } as const;
  const { alert } = await draftAlert(context, author, programme, input, clock.now());
  const { artifact } = await addArtifact(
    context,
    author,
    alert,
    null,
    {
      kind: 'advisory',
      variant: 'full',
      format: 'text',
      marking: 'none',
      name: 'text.txt',
      content: Buffer.alloc(bytes, 'Apply the update.\n'),
      sidecar: null,
      reducedBy: null,
      sourcePublishedAt: null,
    },
    clock.now(),
  );
  await approve(house, alert);
  return { alert, artifact };
}
