import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open } from '../../src/crypto/age/open.ts';
import { sha256Hex } from '../../src/crypto/hash.ts';
import { verify } from '../../src/crypto/sign.ts';
import type { AlertId, ArtifactId } from '../../src/domain/ids.ts';
import { DAY_MS, HOUR_MS, type Instant, parseInstant, plus } from '../../src/domain/instant.ts';
import { manifestSigningBytes, unpackCopy } from '../../src/formats/copy.ts';
import { digestedContent } from '../../src/formats/rules/content-digest.ts';
import { approveAlert } from '../../src/programme/alert/approve-alert.ts';
import { addArtifact } from '../../src/programme/alert/draft-alert.ts';
import { planAlert } from '../../src/programme/alert/plan-alert.ts';
import { readInbox } from '../../src/programme/release/read-inbox.ts';
import { readPublicAlerts, readPublicDocument } from '../../src/programme/release/read-public.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { exposureBefore } from '../../src/programme/trace/exposure.ts';
import { recordFind } from '../../src/programme/trace/record-find.ts';
import {
  approveTrace,
  openSighting,
  readTrace,
  runTrace,
} from '../../src/programme/trace/trace-leak.ts';
import {
  admit,
  draftExample,
  type House,
  joinReader,
  openHouse,
  REPORTS_TO_GOVERNMENT,
  T0,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { someFind, traced } from '../support/sighting.ts';

const TEXTS = ['advisory.md', 'guidance.md', 'repro.md', 'mitigation.md', 'summary.md'];

describe('the life of a copy', () => {
  let house: House;
  let readers: TestReader[];
  let restricted: TestReader;
  let alert: AlertId;
  let artifacts: Map<string, ArtifactId>;

  before(async () => {
    house = await openHouse();
    readers = [];
    for (let firm = 0; firm < 4; firm++) {
      const participant = await admit(house, `Firm ${firm}`, { tier: 'validate' });
      for (let n = 0; n < 3; n++) readers.push(await joinReader(house, participant));
    }
    const bound = await admit(house, 'Bound', { tier: 'validate', duty: REPORTS_TO_GOVERNMENT });
    restricted = await joinReader(house, bound);
    ({ alert, artifacts } = await draftExample(house));
  });
  after(() => house.tearDown());

  const id = (file: string): ArtifactId => {
    const found = artifacts.get(file);
    assert.ok(found, file);
    return found;
  };
  const fetch = (reader: TestReader, file: string) =>
    serveCopy(house.context, reader.caller, { alert, artifact: id(file) }, house.clock.now());
  const content = async (reader: TestReader, file: string): Promise<Buffer> => {
    const { bytes } = await fetch(reader, file);
    return Buffer.from(unpackCopy(open([reader.identity], bytes)).content);
  };

  test('not the author, not a stale plan: a second person approves this one', async () => {
    const { context, author, approver, clock } = house;
    const { digest } = await planAlert(context, alert);
    const now = clock.now();
    await assert.rejects(approveAlert(context, author, alert, digest, now), {
      code: 'SECOND_PERSON',
    });
    await admit(house, 'Late firm', { tier: 'entry' });
    await assert.rejects(approveAlert(context, approver, alert, digest, now), {
      code: 'APPROVAL_VOID',
    });
    const plan = await planAlert(context, alert);
    const line = plan.lines.find(({ name }) => name === 'Bound');
    const poc = line?.artifacts.find(({ artifact }) => artifact === id('poc.py'));
    assert.deepEqual(
      poc?.steps.map(({ at, outcome }) => ({ at, outcome })),
      [
        { at: plus(T0, -14 * DAY_MS), outcome: 'deny' },
        { at: T0, outcome: 'allow_reduced' },
        // Agreement and duty facts of the test end here; nothing is open without them.
        { at: parseInstant('2027-01-01T00:00:00Z'), outcome: 'deny' },
      ],
    );
    const approved = await approveAlert(context, approver, alert, plan.digest, now);
    assert.deepEqual(
      approved.waves,
      [-14 * DAY_MS, -5 * DAY_MS, -DAY_MS, 0].map((ms) => plus(T0, ms)),
    );
  });

  test('a change of content voids the approval; approved again, it stands', async () => {
    const { context, author, approver, clock } = house;
    const late = {
      kind: 'indicator',
      variant: 'full',
      format: 'text',
      marking: 'none',
      name: 'indicators.txt',
      content: Buffer.from('none so far\n'),
      sidecar: null,
      reducedBy: null,
      sourcePublishedAt: null,
    } as const;
    await addArtifact(context, author, alert, null, late, clock.now());
    house.clock.set(plus(T0, -14 * DAY_MS));
    assert.equal((await house.cycle()).batches, 0, 'a voided approval releases nothing');
    const { digest } = await planAlert(context, alert);
    house.clock.set(plus(T0, -20 * DAY_MS) as Instant);
    await approveAlert(context, approver, alert, digest, clock.now());
  });

  test('one millisecond before its wave nothing exists; at the wave it does', async () => {
    const reader = readers[0];
    assert.ok(reader);
    house.clock.set(plus(T0, -14 * DAY_MS - 1));
    await house.cycle();
    assert.deepEqual(
      (await readInbox(house.context, reader.caller, null, 10, house.clock.now())).items,
      [],
    );
    await assert.rejects(fetch(reader, 'advisory.md'), { code: 'NOT_FOUND' });
    house.clock.set(plus(T0, -14 * DAY_MS));
    await house.cycle();
    const inbox = await readInbox(house.context, reader.caller, null, 10, house.clock.now());
    assert.equal(inbox.items[0]?.artifacts.length, 9);
  });

  test('a copy opens with its reader alone, is signed, and is the same for ever', async () => {
    const [reader, other] = readers;
    assert.ok(reader && other);
    const { bytes } = await fetch(reader, 'advisory.md');
    const {
      manifest,
      manifestJson,
      signature,
      content: first,
    } = unpackCopy(open([reader.identity], bytes));
    const manifestKey = house.context.keys.manifest.publicKey;
    assert.ok(verify(manifestKey, manifestSigningBytes(manifestJson), signature));
    assert.equal(manifest.reader, reader.caller.id);
    assert.equal(manifest.contentSha256, sha256Hex(first));
    assert.throws(() => open([other.identity], bytes), { code: 'SEAL_NO_MATCH' });
    assert.deepEqual(await content(reader, 'advisory.md'), Buffer.from(first));
    assert.notDeepEqual(await content(other, 'advisory.md'), Buffer.from(first));
  });

  test('all copies of one version have one length', async () => {
    const lengths = new Set<number>();
    for (const reader of readers) lengths.add((await fetch(reader, 'guidance.md')).bytes.length);
    assert.equal(lengths.size, 1);
  });

  for (const [file, format] of [
    ['rule.yar', 'yara'],
    ['rule.yml', 'sigma'],
  ] as const) {
    test(`copies of a rule in ${format} differ, and their content digest is one`, async () => {
      const [contents, digests] = [new Set<string>(), new Set<string | null>()];
      for (const reader of readers) {
        const { bytes } = await fetch(reader, file);
        const copy = unpackCopy(open([reader.identity], bytes));
        contents.add(sha256Hex(copy.content));
        digests.add(copy.manifest.contentDigest);
        const digested = digestedContent(format, copy.content);
        assert.ok(digested);
        assert.equal(sha256Hex(digested), copy.manifest.contentDigest);
      }
      assert.ok(contents.size > 1);
      assert.equal(digests.size, 1);
      assert.ok(!digests.has(null));
    });
  }

  test('a holder of the duty gets nothing before T0, then the summary only', async () => {
    for (const file of artifacts.keys()) {
      await assert.rejects(fetch(restricted, file), { code: 'NOT_FOUND' }, file);
    }
    house.clock.set(T0);
    await house.cycle();
    const inbox = await readInbox(house.context, restricted.caller, null, 10, house.clock.now());
    assert.deepEqual(
      inbox.items[0]?.artifacts.map(({ kind }) => kind),
      ['summary'],
    );
    const { bytes } = await fetch(restricted, 'summary.md');
    assert.equal(unpackCopy(open([restricted.identity], bytes)).manifest.kind, 'summary');
    await assert.rejects(fetch(restricted, 'poc.py'), { code: 'NOT_FOUND' });
  });

  test('from T0 anybody reads advisory and summary, unmarked, and nothing else', async () => {
    const { context, clock } = house;
    const { items } = await readPublicAlerts(context, null, 10, clock.now());
    assert.deepEqual(items[0]?.documents.map(({ kind }) => kind).toSorted(), [
      'advisory',
      'summary',
    ]);
    const document = await readPublicDocument(
      context,
      { alert, artifact: id('advisory.md') },
      clock.now(),
    );
    for (const reader of readers) {
      assert.notDeepEqual(await content(reader, 'advisory.md'), document.content);
    }
    await assert.rejects(
      readPublicDocument(context, { alert, artifact: id('poc.py') }, clock.now()),
      { code: 'NOT_FOUND' },
    );
  });

  test('a leaked text is traced to its copy; a second trace gives the same report', async () => {
    const { context, author, approver, programme, clock } = house;
    const source = readers[7];
    assert.ok(source);
    // Every holder must have had the alert to be tested.
    for (const reader of readers) await fetch(reader, 'advisory.md');
    const texts = [];
    for (const file of TEXTS) texts.push((await content(source, file)).toString());
    const sample = Buffer.from(texts.join('\n\n').replace(/\n(?=\S)/g, ' '));
    const now = clock.now();
    const { sighting } = await openSighting(context, author, programme, sample, now);
    await assert.rejects(runTrace(context, author, sighting, now), { code: 'SECOND_PERSON' });
    await assert.rejects(approveTrace(context, author, sighting, now), { code: 'SECOND_PERSON' });
    await approveTrace(context, approver, sighting, now);
    await assert.rejects(runTrace(context, author, sighting, now), { code: 'CONFLICT' });
    await recordFind(context, author, sighting, someFind(house), now);
    const report = await runTrace(context, author, sighting, now);
    const result = report.alerts[0]?.result;
    assert.ok(result);
    assert.deepEqual(result.identified, [
      { participant: source.caller.participant, readers: [source.caller.id] },
    ]);
    assert.ok(result.readers.every((score) => !score.identified || score.corrected <= 1e-6));
    assert.equal(result.tested, readers.length + 1);
    assert.deepEqual(await runTrace(context, approver, sighting, plus(now, HOUR_MS)), report);
    assert.deepEqual(await readTrace(context, sighting), report);
  });

  test('the public text is told from a copy, and an unmarked find names nobody', async () => {
    const { context, clock, author } = house;
    const now = clock.now();
    const request = { alert, artifact: id('advisory.md') };
    const { content: published } = await readPublicDocument(context, request, now);
    const known = await traced(house, published);
    assert.equal(known.alerts[0]?.result.knownWord, 'master');
    assert.deepEqual(known.alerts[0]?.result.identified, []);
    const foreign = await traced(house, 'print("an exploit that copies no text of ours")\n');
    assert.ok(foreign.alerts.every(({ result }) => result.identified.length === 0));
    const { held } = await exposureBefore(context, author, alert, T0);
    assert.equal(held.length, readers.length);
  });

  test('afterwards every grant, delivery and event is in the ledger, which verifies', async () => {
    await assertInvariants(house);
  });
});
