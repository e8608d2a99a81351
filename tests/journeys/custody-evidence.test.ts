import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { readAlertFolder } from '../../src/cli/alert-folder.ts';
import { open as openAge } from '../../src/crypto/age/open.ts';
import type { AlertId, ArtifactId } from '../../src/domain/ids.ts';
import { DAY_MS, plus } from '../../src/domain/instant.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import { addArtifact, draftAlert } from '../../src/programme/alert/draft-alert.ts';
import type { Context } from '../../src/programme/context.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { bringHalf } from '../../src/programme/trace/open-mark-key.ts';
import { sealDue } from '../../src/programme/trace/seal-mark-keys.ts';
import { runTrace } from '../../src/programme/trace/trace-leak.ts';
import type { TraceReport } from '../../src/programme/trace/trace-report.ts';
import {
  admit,
  approve,
  EXAMPLE,
  type House,
  joinReader,
  openHouse,
  T0,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { halfOf, type TestOfficer, twoOfficers } from '../support/officers.ts';
import { approvedSample, traced } from '../support/sighting.ts';

/** Parts of a copy of which none alone names its reader. */
const [UPPER, LOWER] = [0.4, 0.6];
/** From here on the newer alert's copy is found later. */
const REST = 0.75;

describe('what was read of an alert goes on to count once its mark key is sealed', () => {
  let house: House;
  let officers: [TestOfficer, TestOfficer];
  const readers: TestReader[] = [];
  let meanwhile: Context['reached'] = () => undefined;
  let older: { alert: AlertId; copy: string };
  let newer: { alert: AlertId; copy: string };

  before(async () => {
    house = await openHouse({ reached: (point) => meanwhile(point) });
    for (let firm = 0; firm < 5; firm++) {
      const participant = await admit(house, `Firm ${firm}`, { tier: 'validate' });
      readers.push(await joinReader(house, participant));
    }
    const made = [await alertOf('advisory.md', 0), await alertOf('guidance.md', 14)];
    house.clock.set(T0);
    await house.cycle();
    const copies = [];
    for (const { alert, artifact } of made)
      copies.push({ alert, copy: await leaked(alert, artifact) });
    [older, newer] = copies as [typeof older, typeof newer];
    officers = await twoOfficers(house, 30);
  });
  after(() => house.tearDown());

  async function alertOf(file: string, later: number) {
    const { context, author, programme, clock } = house;
    const { artifacts, ...input } = await readAlertFolder(EXAMPLE);
    const draft = { ...input, disclosureAt: plus(input.disclosureAt, later * DAY_MS) };
    const { alert } = await draftAlert(context, author, programme, draft, clock.now());
    const content = artifacts.find((each) => each.file === file);
    assert.ok(content);
    const { file: _, ...frozen } = content;
    const text = { ...frozen, kind: 'advisory', reducedBy: null } as const;
    const { artifact } = await addArtifact(context, author, alert, null, text, clock.now());
    await approve(house, alert);
    return { alert, artifact };
  }

  async function leaked(alert: AlertId, artifact: ArtifactId): Promise<string> {
    const texts: string[] = [];
    for (const reader of readers) {
      const request = { alert, artifact };
      const { bytes } = await serveCopy(house.context, reader.caller, request, house.clock.now());
      texts.push(unpackCopy(openAge([reader.identity], bytes)).content.toString());
    }
    return texts[0] ?? '';
  }

  const part = (text: string, from: number, to: number) =>
    text.slice(Math.floor(from * text.length), Math.floor(to * text.length));
  const leak = () => part(newer.copy, 0, REST);
  const ofOlder = ({ evidence }: TraceReport) =>
    evidence?.participants[0]?.alerts.find(({ alert }) => alert === older.alert);

  test('as it did before, for the same name, by the same numbers', async () => {
    house.clock.set(plus(T0, DAY_MS));
    await traced(house, part(older.copy, 0, UPPER));
    const both = await traced(house, leak());
    assert.equal(both.evidence?.participants.length, 1);
    const open = ofOlder(both);
    assert.ok(open && open.lnE > 0);
    house.clock.set(plus(T0, 30 * DAY_MS));
    await house.cycle();
    const sealed = await traced(house, leak());
    assert.deepEqual([sealed.evidence?.alerts, sealed.evidence?.frozen], [2, 1]);
    assert.deepEqual(ofOlder(sealed), open);
    assert.deepEqual(
      sealed.evidence?.participants.map(({ participant }) => participant),
      both.evidence?.participants.map(({ participant }) => participant),
    );
    await assertInvariants(house);
  });

  test('and more once it was opened and more of it was read, in that trace and after', async () => {
    const before = ofOlder(await traced(house, leak()));
    const id = await approvedSample(house, part(older.copy, LOWER, 1));
    for (const officer of officers) {
      const half = await halfOf(house, officer, older.alert);
      const brought = { alert: older.alert, half };
      await bringHalf(house.context, officer.caller, id, brought, house.clock.now());
    }
    const opened = await runTrace(house.context, house.author, id, house.clock.now());
    assert.equal(opened.evidence?.frozen, 0);
    const now = ofOlder(opened);
    assert.ok(before && now && now.agreeing > before.agreeing && now.lnE > before.lnE);
    const later = await traced(house, leak());
    assert.equal(later.evidence?.frozen, 1);
    assert.deepEqual(ofOlder(later), now);
    await assertInvariants(house);
  });

  test('what is read of it while it is being sealed is in what is frozen', async () => {
    house.clock.set(plus(T0, 44 * DAY_MS));
    let frozen = 0;
    meanwhile = async (point) => {
      if (point !== 'seal.frozen') return;
      frozen += 1;
      if (frozen === 1) await traced(house, part(newer.copy, REST, 1));
    };
    await sealDue(house.context, house.clock.now());
    assert.equal(frozen, 2, 'frozen again');
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ last: number; frozen_to: number }>`select frozen_to,
          (select max(nth) from evidence_entry where alert_id = ${newer.alert}) as last
        from sealed_mark_key where alert_id = ${newer.alert}`.execute(tx),
    );
    assert.equal(rows[0]?.frozen_to, rows[0]?.last);
    await assertInvariants(house);
  });
});
