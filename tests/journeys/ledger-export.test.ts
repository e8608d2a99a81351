import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { MINUTE_MS, plus } from '../../src/domain/instant.ts';
import { checkLedgerFile } from '../../src/main/ledger-check.ts';
import { exportLedger } from '../../src/programme/ledger/export-ledger.ts';
import { runTick } from '../../src/programme/ledger/run-tick.ts';
import { logVerifierKey } from '../../src/programme/ledger/stored-log.ts';
import { asOwner } from '../support/as-owner.ts';
import { admit, type House, openHouse, openSite, type Site } from '../support/house.ts';
import { sentStatements } from '../support/sent-statements.ts';

const FIRMS = [['One', 'Two', 'Three'], [], ['Four'], [], [], ['Five', 'Six'], []] as const;

describe('the export of a ledger', () => {
  let site: Site;
  let house: House;

  before(async () => {
    site = await openSite();
    house = await openHouse({ site });
    for (const firms of FIRMS) {
      for (const firm of firms) await admit(house, firm);
      await runTick(house.context, house.clock.now());
      house.clock.set(plus(house.clock.now(), MINUTE_MS));
    }
  });
  after(async () => {
    await house.context.store.close();
    await site.tearDown();
  });

  async function text(...page: [] | [{ ticks: number; events: number }]): Promise<string> {
    let lines = '';
    for await (const line of exportLedger(house.context, ...page)) lines += line;
    return lines;
  }

  test('a page or a run of ticks that ends wrongly would lose or double a line', async () => {
    const whole = await text();
    assert.equal(whole.split('\n').length - 1, 1 + FIRMS.length);
    for (const ticks of [1, 2, 3, FIRMS.length]) {
      for (const events of [1, 2, 3, 1_000]) {
        assert.equal(await text({ ticks, events }), whole, `${ticks} ticks, ${events} events`);
      }
    }
    const file = join(site.dataDir, 'export.jsonl');
    await writeFile(file, whole);
    const { verified } = await checkLedgerFile(file, logVerifierKey(house.context));
    assert.equal(verified, true);
  });

  test('idle ticks are not asked for one by one; a full one is read alone', async () => {
    assert.equal((await sentStatements(() => text())).sent.length, 3);
    const { sent } = await sentStatements(() => text({ ticks: 1_000, events: 1 }));
    const full = sent.filter((statement) => statement.includes('from event'));
    assert.ok(full.length > FIRMS.filter((firms) => firms.length > 0).length, sent.join('\n'));
  });

  test('a tick that is gone ends it: it is never left out', async () => {
    await asOwner(site, [
      'alter table tick no force row level security',
      'delete from tick where tick = 4',
    ]);
    await assert.rejects(text(), { code: 'LEDGER_TAMPERED', message: /^tick 4/ });
    await assert.rejects(text({ ticks: 5, events: 1_000 }), { code: 'LEDGER_TAMPERED' });
  });
});
