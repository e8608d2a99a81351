/** The page of a report, as a real browser shows it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { tracePage } from '../../src/cli/trace-page.ts';
import { traceSentence } from '../../src/cli/trace-sentence.ts';
import { type Browser, findBrowser, openBrowser, type Page } from '../support/browser.ts';
import { NAMES, REPORT } from '../support/told-report.ts';

const command = findBrowser();
const [WIDE, NARROW] = [1280, 390];
/** An A4 page without margins, in CSS pixels. */
const PAPER = 794;

const RELEASED = {
  ...REPORT,
  status: {
    ...REPORT.status,
    ...{ state: 'released', released: { by: 'q', at: '2025-07-11T10:00:00Z' } },
    replies: [
      { participant: 'p', text: `It was not us.\n${'w'.repeat(300)}`, at: '2025-07-12T10:00:00Z' },
    ],
  },
};

describe('the page of a report', { skip: command ? false : 'no Chromium on PATH' }, () => {
  let browser: Browser;
  let draft: Page;
  let released: Page;

  before(async () => {
    browser = await openBrowser(command ?? '');
    draft = await browser.open(tracePage(REPORT, NAMES));
    released = await browser.open(tracePage(RELEASED, NAMES));
  });
  after(() => browser.close());

  const sized = (page: Page, width: number) =>
    page.send('Emulation.setDeviceMetricsOverride', {
      ...{ width, height: 900, deviceScaleFactor: 1, mobile: false },
    });
  /** Where an element is shown, in pixels from the top left of the page. */
  type Box = { left: number; right: number; top: number; bottom: number };
  const boxes = (page: Page, selector: string) =>
    page.evaluate<Box[]>(`[...document.querySelectorAll('${selector}')].map((one) => {
      const { left, right, top, bottom } = one.getBoundingClientRect();
      return { left, right, top, bottom };
    })`);
  const style = (page: Page, selector: string, name: string) =>
    page.evaluate<string>(
      `getComputedStyle(document.querySelector('${selector}')).getPropertyValue('${name}')`,
    );

  test('its title says which trace, and its first words are the answer', async () => {
    await sized(draft, WIDE);
    assert.equal(await draft.evaluate('document.title'), 'Report of trace sighting-id');
    const [traced] = REPORT.alerts;
    assert.ok(traced);
    const sentence = traceSentence(traced.result, NAMES);
    const shown = await draft.evaluate<string>(`document.querySelector('main').innerText`);
    const before = shown.slice(0, shown.indexOf(sentence.split('\n')[0] ?? ''));
    assert.deepEqual(before.split(/\n+/).filter(Boolean), [
      'Report of a trace',
      'Draft: not released by a second person',
      'Answer',
      'Deserialisation in a server',
    ]);
    const [answer] = await boxes(draft, '.answer');
    assert.ok(answer && answer.bottom < 500, 'seen without scrolling');
  });

  test('whoever was scored is a bar that ends beyond the line, in colours that show', async () => {
    await sized(draft, WIDE);
    const { alerts, evidence } = REPORT;
    const plots = [...alerts.map(({ result }) => result), evidence];
    const scored = plots.map((one) => (one?.participants.length ?? 0) + (one?.readers.length ?? 0));
    for (const [i, bars] of scored.entries()) {
      const plot = `section:nth-of-type(${await sectionOf(draft, i)}) svg`;
      const shown = await boxes(draft, `${plot} .bar`);
      const [line] = await boxes(draft, `${plot} .threshold`);
      assert.equal(shown.length, bars);
      assert.ok(line && shown.every(({ left, right }) => left < line.left && line.left < right));
      const [rest] = await boxes(draft, `${plot} .rest`);
      assert.ok(rest && rest.right <= line.left + 1, 'the others end at the line');
    }
    const colours = [
      await style(draft, '.bar', 'fill'),
      await style(draft, '.rest', 'fill'),
      await style(draft, '.threshold', 'stroke'),
      await style(draft, 'body', 'background-color'),
    ];
    assert.equal(new Set(colours).size, colours.length, colours.join(' '));
    assert.ok(!colours.includes('none'));
  });

  /** The number among the sections of the one with the n-th plot. */
  const sectionOf = (page: Page, nth: number) =>
    page.evaluate<number>(`(() => {
      const sections = [...document.querySelectorAll('main > section')];
      const holding = sections.filter((one) => one.querySelector('svg'));
      return sections.indexOf(holding[${nth}]) + 1;
    })()`);

  test('a draft says so in a frame, a released report since when, with the reply', async () => {
    const shown = (page: Page) => page.evaluate<string>(`document.querySelector('main').innerText`);
    assert.equal(await style(draft, '.draft', 'border-top-style'), 'solid');
    assert.deepEqual(await boxes(released, '.draft'), []);
    assert.match(await shown(released), /^Report of a trace\s+Released at 2025-07-11T10:00:00Z\s/);
    const [reply] = await boxes(released, 'blockquote');
    const [plot] = await boxes(released, 'svg');
    assert.ok(reply && plot && reply.bottom < plot.top, 'before the figures');
  });

  test('nothing runs out of the window, and only in the hand is a figure scrolled', async () => {
    const scrolled = `[...document.querySelectorAll('.wide, figure')]
      .filter((one) => one.scrollWidth > one.clientWidth).length`;
    for (const page of [draft, released]) {
      for (const width of [WIDE, NARROW, PAPER]) {
        await sized(page, width);
        const beyond = await page.evaluate<number>(
          'document.documentElement.scrollWidth - innerWidth',
        );
        assert.ok(beyond <= 0, `${width} pixels: ${beyond} beyond`);
        if (width !== NARROW) assert.equal(await page.evaluate(scrolled), 0, `${width} pixels`);
      }
    }
  });

  test('no figure or file name is broken in two, and a plot can be read in the hand', async () => {
    for (const width of [WIDE, NARROW]) {
      await sized(draft, width);
      const broken = await draft.evaluate<string[]>(`[...document.querySelectorAll('td')]
        .filter((cell) => /^\\S{1,12}$/.test(cell.textContent))
        .filter((cell) => {
          const range = document.createRange();
          range.selectNodeContents(cell);
          return range.getClientRects().length > 1;
        }).map((cell) => cell.textContent)`);
      assert.deepEqual(broken, []);
      const labels = await boxes(draft, 'svg text');
      assert.ok(labels.length > 0 && labels.every(({ top, bottom }) => bottom - top >= 10));
    }
  });

  test('printed it has the whole width, no figure is torn, and it fits its paper', async () => {
    await sized(draft, WIDE);
    const [screen] = await boxes(draft, 'main');
    await draft.send('Emulation.setEmulatedMedia', { media: 'print' });
    const [printed] = await boxes(draft, 'main');
    assert.ok(screen && printed && printed.right - printed.left > screen.right - screen.left);
    assert.equal(await style(draft, 'main', 'margin-left'), '0px');
    assert.equal(await style(draft, 'section', 'break-inside'), 'avoid');
    await draft.send('Emulation.setEmulatedMedia', { media: '' });
    const { data } = await draft.send<{ data: string }>('Page.printToPDF', {
      ...{ printBackground: true, preferCSSPageSize: true },
    });
    const pdf = Buffer.from(data, 'base64').toString('latin1');
    assert.match(pdf, /^%PDF-/);
    const pages = pdf.match(/\/Type ?\/Page\b/g)?.length ?? 0;
    assert.ok(pages >= 1 && pages <= 4, `${pages} pages`);
  });

  test('it asks for nothing, runs nothing, and would be heard if it did', async (t) => {
    for (const page of [draft, released]) {
      assert.deepEqual(page.requests, [page.url]);
      assert.equal(await page.evaluate('document.scripts.length'), 0);
    }
    let asked = 0;
    const server = createServer((_, answer) => {
      asked += 1;
      answer.end();
    });
    t.after(() => server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const image = `<img src="http://127.0.0.1:${port}/seen">`;
    const script = '<script>document.title = "ran"</script>';
    const page = tracePage(REPORT, NAMES).replace('</main>', `${image}${script}</main>`);
    const titleOf = async (html: string) => (await browser.open(html)).evaluate('document.title');
    assert.equal(await titleOf(page), 'Report of trace sighting-id');
    assert.equal(asked, 0, 'even with markup in it');
    assert.equal(await titleOf(page.replace(/<meta http-equiv[^>]*>/, '')), 'ran');
    assert.equal(asked, 1);
  });
});
