import type { UsePermission } from '../../src/domain/artifact.ts';
import type { AlertId, ArtifactId } from '../../src/domain/ids.ts';
import { DAY_MS, type Instant, plus } from '../../src/domain/instant.ts';
import { addArtifact, draftAlert } from '../../src/programme/alert/draft-alert.ts';
import { approve, type House } from './house.ts';

const SIDECAR = `alternates:
  - { text: "in order to", other: "to", family: phrase }
  - { text: "begin", other: "start", family: word }
`;

/** An approved alert with one short marked advisory, whose first wave opens a day from now. */
export async function smallAlert(
  house: House,
  usePermissions: readonly UsePermission[] = ['read'],
): Promise<{ alert: AlertId; artifact: ArtifactId; firstWave: Instant; disclosureAt: Instant }> {
  const now = house.clock.now();
  const disclosureAt = plus(now, 15 * DAY_MS);
  const input = { title: 'Small', disclosureAt, tlp: 'AMBER', usePermissions } as const;
  const { alert } = await draftAlert(house.context, house.author, house.programme, input, now);
  const { artifact } = await addArtifact(
    house.context,
    house.author,
    alert,
    null,
    {
      kind: 'advisory',
      variant: 'full',
      format: 'text',
      marking: 'full',
      name: 'advisory.txt',
      content: Buffer.from('Apply the update in order to be safe, and begin today.\n'),
      sidecar: SIDECAR,
      reducedBy: null,
      sourcePublishedAt: null,
    },
    now,
  );
  await approve(house, alert);
  return { alert, artifact, firstWave: plus(disclosureAt, -14 * DAY_MS), disclosureAt };
}
