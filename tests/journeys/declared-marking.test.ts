/** What a programme says of how copies are marked holds against their author. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Marking } from '../../src/domain/artifact.ts';
import type { AlertId } from '../../src/domain/ids.ts';
import { addArtifact, draftAlert } from '../../src/programme/alert/draft-alert.ts';
import { type House, openHouse, T0 } from '../support/house.ts';
import { enactSection } from '../support/section.ts';

describe('the marking that a programme declares', () => {
  let house: House;
  let alert: AlertId;

  before(async () => {
    house = await openHouse();
    await enactSection(house, 'marking', 'marking:\n  advisory: full\n  mitigation: none\n');
    const { context, author, programme, clock } = house;
    const input = { title: 'Marked', disclosureAt: T0, tlp: 'AMBER', usePermissions: ['read'] };
    ({ alert } = await draftAlert(context, author, programme, input as never, clock.now()));
  });
  after(() => house.tearDown());

  const add = (kind: 'advisory' | 'mitigation' | 'detection_guidance', marking: Marking) => {
    const artifact = {
      ...{ kind, marking, name: `${kind}-${marking}.txt` },
      ...({ variant: 'full', format: 'text' } as const),
      ...{ content: Buffer.from('Some text.\n'), sidecar: null },
      ...{ reducedBy: null, sourcePublishedAt: null },
    } as const;
    return addArtifact(house.context, house.author, alert, null, artifact, house.clock.now());
  };

  test('an author does not mark less, or more, than was declared', async () => {
    for (const [kind, marking, expected] of [
      ['advisory', 'none', 'full'],
      ['advisory', 'canary', 'full'],
      ['mitigation', 'full', 'none'],
    ] as const) {
      await assert.rejects(add(kind, marking), {
        code: 'INVALID_INPUT',
        field: 'marking',
        message: new RegExp(`expected ${expected}, as the programme marks ${kind}`),
      });
    }
  });

  test('as declared it is taken, and of a kind that is not named as the author says', async () => {
    await add('advisory', 'full');
    await add('mitigation', 'none');
    await add('detection_guidance', 'none');
    await add('detection_guidance', 'full');
  });
});
