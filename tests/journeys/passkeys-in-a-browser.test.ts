/** The pages in a real browser, with a virtual authenticator of its own (WebAuthn, section 11). */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PersonId } from '../../src/domain/ids.ts';
import { SYSTEM } from '../../src/programme/act.ts';
import { planAlert } from '../../src/programme/alert/plan-alert.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import { changeSigning } from '../../src/programme/alert/sign-approval.ts';
import { addLink } from '../../src/programme/people/manage-tokens.ts';
import type { Ear } from '../../src/store/ear.ts';
import { type Browser, findBrowser, openBrowser, type Page } from '../support/browser.ts';
import { type Edge, openEdge } from '../support/edge.ts';
import { freePort } from '../support/free-port.ts';
import { draftExample, type House, openHouse, person } from '../support/house.ts';

const command = findBrowser();
const skip = command === null ? 'there is no Chromium on PATH' : false;

describe('passkeys in a browser', { skip }, () => {
  let house: House;
  let edge: Edge;
  let browser: Browser;
  let ear: Ear;
  let origin: string;
  let id: PersonId;

  before(async () => {
    const port = await freePort();
    origin = `http://localhost:${port}`;
    house = await openHouse({ env: { TOCSIN_PUBLIC_URL: origin } });
    edge = openEdge(house);
    await edge.app.listen({ host: '127.0.0.1', port });
    // As `serve` does: whatever ends is cut, and nothing of the answer that says so may be.
    const { cut, cutReaders } = edge.deps.lines;
    ear = await house.context.store.hear({ cut, deaf: cutReaders });
    browser = await openBrowser(command ?? '');
    ({ id } = await person(house, 'Ana', ['author', 'operator']));
  });
  after(async () => {
    await browser.close();
    await edge.app.close();
    await ear.close();
    await house.tearDown();
  });

  const link = () => addLink(house.context, { kind: 'person', id }, SYSTEM, house.clock.now());

  test('a link, a passkey, a sign-out, a sign-in, a token: each by what a page shows', async () => {
    const page = await browser.visit('about:blank');
    const faults = await watch(page);
    const authenticatorId = await addAuthenticator(page);
    await goTo(page, await link());
    await until(page, `document.body.dataset.page === 'register' && location.hash === ''`);
    await type(page, 'label', 'laptop');
    await click(page, '#register button');
    await until(page, `document.querySelector('#passkeys li') !== null`);
    assert.equal(await page.evaluate('location.pathname'), '/account');
    assert.match(await page.evaluate(`document.getElementById('passkeys').textContent`), /laptop/);
    assert.equal(await page.evaluate('document.cookie'), '', 'no script reads the session');
    const kept = await page.send<{ credentials: { isResidentCredential: boolean }[] }>(
      'WebAuthn.getCredentials',
      { authenticatorId },
    );
    assert.deepEqual(
      kept.credentials.map((one) => one.isResidentCredential),
      [true],
    );

    await click(page, '#sign-out');
    await until(page, `location.pathname === '/sign-in' && document.readyState === 'complete'`);
    await click(page, '#passkey');
    await until(page, `document.querySelector('#scopes input') !== null`);

    await type(page, 'token-label', 'build');
    await click(page, '#scopes input[value=author]');
    await click(page, '#token button[type=submit]');
    await until(page, `document.getElementById('made').textContent !== ''`);
    const token = await page.evaluate<string>(`document.getElementById('made').textContent`);
    assert.equal((await edge.get('/v1/programmes', token)).status, 200);
    const tokens = `document.querySelectorAll('#tokens li').length`;
    await until(page, `${tokens} === 2`);
    await click(page, '#tokens li button[aria-label^="End: build"]');
    await until(page, `${tokens} === 1`);
    assert.equal((await edge.get('/v1/programmes', token)).status, 401);
    assert.deepEqual(await faults(), []);
    const foreign = page.requests.filter((url) => !url.startsWith(origin) && url !== 'about:blank');
    assert.deepEqual(foreign, [], 'nothing is asked of anybody else');
  });

  test('an authenticator that does not verify its user signs nobody in', async () => {
    const { id: other } = await person(house, 'Bo', ['author']);
    const page = await browser.visit('about:blank');
    const authenticatorId = await addAuthenticator(page);
    const holder = { kind: 'person', id: other } as const;
    await goTo(page, await addLink(house.context, holder, SYSTEM, house.clock.now()));
    await until(page, `document.body.dataset.page === 'register'`);
    await type(page, 'label', 'phone');
    await click(page, '#register button');
    await until(page, `document.querySelector('#passkeys li') !== null`);
    await click(page, '#sign-out');
    await until(page, `location.pathname === '/sign-in' && document.readyState === 'complete'`);
    await page.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await click(page, '#passkey');
    await until(page, `document.getElementById('status').dataset.kind === 'fault'`);
    assert.equal(await page.evaluate('location.pathname'), '/sign-in');
  });

  test('a plan is approved by what the page shows of it, signed by a passkey', async () => {
    const { id: approver } = await person(house, 'Cy', ['approver']);
    const { alert } = await draftExample(house);
    await changeSigning(house.context, house.programme, true, SYSTEM, house.clock.now());
    const page = await browser.visit('about:blank');
    const faults = await watch(page);
    await addAuthenticator(page);
    const holder = { kind: 'person', id: approver } as const;
    await goTo(page, await addLink(house.context, holder, SYSTEM, house.clock.now()));
    await until(page, `document.body.dataset.page === 'register'`);
    await type(page, 'label', 'key');
    await click(page, '#register button');
    await until(page, `document.querySelector('#passkeys li') !== null`);
    await goTo(page, `${origin}/approve#${alert}`);
    await until(page, `document.getElementById('approve')?.disabled === false`);
    const { digest } = await planAlert(house.context, alert);
    assert.equal(await page.evaluate(`document.getElementById('digest').textContent`), digest);
    await click(page, '#approve');
    await until(page, `document.getElementById('status').textContent === 'Approved.'`);
    assert.equal((await readAlert(house.context, alert)).state, 'approved');
    assert.deepEqual(await faults(), []);
  });

  test('every control of the pages has a name, and what happens is said', async () => {
    for (const path of ['/sign-in', '/register', '/account', '/approve', '/recover']) {
      const page = await browser.visit('about:blank');
      await goTo(page, origin + path);
      await until(page, `document.readyState === 'complete' && document.querySelector('main')`);
      const nameless =
        await page.evaluate<number>(`[...document.querySelectorAll('button, input, select')]
        .filter((one) => !(one.labels?.length || one.textContent.trim())).length`);
      assert.equal(nameless, 0, path);
    }
  });
});

async function addAuthenticator(page: Page): Promise<string> {
  await page.send('WebAuthn.enable');
  const options = {
    ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true },
    ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  };
  const added = await page.send<{ authenticatorId: string }>('WebAuthn.addVirtualAuthenticator', {
    options,
  });
  return added.authenticatorId;
}

/** What our own policy or a script's fault kept from working, on every page from here on. */
async function watch(page: Page): Promise<() => Promise<string[]>> {
  await page.send('Page.addScriptToEvaluateOnNewDocument', {
    source: `
      const noted = () => (sessionStorage.getItem('faults') ?? '').split('\\n').filter(Boolean);
      const note = (text) => sessionStorage.setItem('faults', [...noted(), text].join('\\n'));
      addEventListener('securitypolicyviolation', (one) => note(one.violatedDirective));
      addEventListener('error', (one) => note(one.message));`,
  });
  return async () => {
    const text = await page.evaluate<string>(`sessionStorage.getItem('faults') ?? ''`);
    return text.split('\n').filter((line) => line !== '');
  };
}

async function goTo(page: Page, url: string): Promise<void> {
  await page.send('Page.navigate', { url });
}

const click = (page: Page, selector: string) =>
  page.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);

const type = (page: Page, id: string, text: string) => {
  const field = `document.getElementById('${id}')`;
  return page.evaluate(`${field}.value = ${JSON.stringify(text)}`);
};

/** Waits for what a page comes to; while it is on its way to another, nothing can be asked. */
async function until(page: Page, expression: string): Promise<void> {
  let last = '';
  for (let tries = 0; tries < 200; tries++) {
    try {
      if (await page.evaluate<boolean>(`Boolean(${expression})`)) return;
      last = await page.evaluate<string>('document.body?.innerText ?? ""');
    } catch (error) {
      last = error instanceof Error ? error.message : '';
    }
    await sleep(50);
  }
  throw new Error(`expected ${expression}, found: ${last}`);
}
