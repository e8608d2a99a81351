// The one script of the pages. What it gets from the server it shows as text, never as markup.
const byId = (id) => document.getElementById(id);

let act = '';

async function api(path, body) {
  const post = body !== undefined;
  const headers = post
    ? {
        'content-type': 'application/json',
        'tocsin-act': act,
        'idempotency-key': crypto.randomUUID(),
      }
    : {};
  const method = post ? 'POST' : 'GET';
  const payload = post ? { body: JSON.stringify(body) } : {};
  const answer = await fetch(path, { method, headers, ...payload });
  const said = await answer.json();
  if (answer.ok) return said;
  if (said.code === 'UNAUTHENTICATED' && act !== '') location.assign('/sign-in');
  throw Object.assign(new Error(said.detail), { code: said.code });
}

function say(text, kind = 'news') {
  const status = byId('status');
  status.dataset.kind = kind;
  status.textContent = text;
}

/** Does what a person asked for, and says what became of it. */
async function attempt(work, happened) {
  say('…');
  try {
    say((await work(happened)) ?? '');
  } catch (error) {
    const cancelled = error.name === 'NotAllowedError';
    say(cancelled ? 'Cancelled, or no passkey of this site.' : error.message, 'fault');
  }
}

function on(element, event, work) {
  element.addEventListener(event, (happened) => {
    happened.preventDefault();
    void attempt(work, happened);
  });
}

async function show(options) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const { id, response } = (await navigator.credentials.get({ publicKey })).toJSON();
  const { clientDataJSON, authenticatorData, signature, userHandle = null } = response;
  return { id, response: { clientDataJSON, authenticatorData, signature, userHandle } };
}

async function make(options) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const { id, response } = (await navigator.credentials.create({ publicKey })).toJSON();
  const { clientDataJSON, attestationObject } = response;
  return { id, response: { clientDataJSON, attestationObject } };
}

/** Has a passkey verify the user of this session again, unless one has, minutes ago. */
async function verified() {
  const session = await api('/v1/session');
  act = session.act;
  if (session.verified) return;
  const passkey = await show(await api('/v1/session/verification/options', {}));
  act = (await api('/v1/session/verification', { passkey })).act;
}

async function signInPage() {
  on(byId('provider'), 'click', async () => {
    location.assign((await api('/v1/sign-in/oidc', {})).address);
  });
  on(byId('passkey'), 'click', async () => {
    const passkey = await show(await api('/v1/sign-in/passkey/options', {}));
    await api('/v1/sign-in/passkey', { passkey });
    location.assign('/account');
  });
  byId('provider').hidden = !(await api('/v1/sign-in')).provider;
}

function registerPage() {
  // The link is in the fragment, which no browser sends; nor shall it stay in the history.
  const link = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
  on(byId('register'), 'submit', async ({ target }) => {
    const given = target.code.value.trim();
    const at = given === '' ? { link } : { link, code: given };
    const passkey = await make(await api('/v1/passkey-links/options', at));
    await api('/v1/passkey-links', { ...at, label: target.label.value, passkey });
    location.assign('/account');
  });
}

function item(text, end) {
  const line = document.createElement('li');
  line.textContent = `${text} `;
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'End';
  button.setAttribute('aria-label', `End: ${text}`);
  on(button, 'click', async () => {
    await end();
    await fillAccount();
  });
  line.append(button);
  return line;
}

const used = ({ usedAt }) => (usedAt ? `used ${usedAt.slice(0, 16)}Z` : 'not used yet');

async function fillAccount() {
  const session = await api('/v1/session');
  act = session.act;
  byId('who').textContent = `${session.kind} ${session.holder}: ${session.scopes.join(', ')}`;
  const [passkeys, sessions, tokens] = await Promise.all(
    ['/v1/passkeys', '/v1/sessions', '/v1/tokens'].map((path) => api(path)),
  );
  byId('passkeys').replaceChildren(
    ...passkeys.items.map((one) =>
      item(`${one.label}, ${used(one)}`, async () => {
        await verified();
        await api(`/v1/passkeys/${one.id}/end`, {});
      }),
    ),
  );
  byId('sessions').replaceChildren(
    ...sessions.items.map((one) => {
      const here = one.id === session.session ? 'this one, ' : '';
      return item(`${here}since ${one.createdAt.slice(0, 16)}Z, ${used(one)}`, () =>
        api(`/v1/sessions/${one.id}/end`, {}),
      );
    }),
  );
  byId('tokens').replaceChildren(
    ...tokens.items.map((one) => {
      const until = one.expiresAt ? `until ${one.expiresAt.slice(0, 10)}` : 'without end';
      const text = `${one.label ?? 'first token'}: ${one.scopes.join(', ')}, ${until}, ${used(one)}`;
      return item(text, () => api(`/v1/tokens/${one.id}/end`, {}));
    }),
  );
  byId('scopes').replaceChildren(
    ...session.scopes.map((scope) => {
      const label = document.createElement('label');
      const box = document.createElement('input');
      Object.assign(box, { type: 'checkbox', name: 'scope', value: scope });
      label.append(box, ` ${scope}`);
      return label;
    }),
  );
}

async function accountPage() {
  on(byId('sign-out'), 'click', async () => {
    await api('/v1/session/end', {});
    location.assign('/sign-in');
  });
  on(byId('add'), 'submit', async ({ target }) => {
    await verified();
    const passkey = await make(await api('/v1/passkeys/options', {}));
    await api('/v1/passkeys', { label: target.label.value, passkey });
    await fillAccount();
    return 'Registered.';
  });
  on(byId('token'), 'submit', async ({ target }) => {
    await verified();
    const scopes = [...new FormData(target).getAll('scope')];
    const asked = { label: target.label.value, scopes, days: Number(target.days.value) };
    byId('made').textContent = (await api('/v1/tokens', asked)).token;
    await fillAccount();
    return 'Shown this once:';
  });
  await fillAccount();
}

async function approvePage() {
  const alert = encodeURIComponent(location.hash.slice(1));
  act = (await api('/v1/session')).act;
  byId('title').textContent = (await api(`/v1/alerts/${alert}`)).title;
  const plan = await api(`/v1/alerts/${alert}/plan`);
  byId('digest').textContent = plan.digest;
  byId('waves').replaceChildren(
    ...plan.waves.map(({ at, allowed, allowedReduced, held, denied }) => {
      const row = document.createElement('tr');
      for (const text of [at, allowed, allowedReduced, held, denied]) {
        row.append(Object.assign(document.createElement('td'), { textContent: text }));
      }
      return row;
    }),
  );
  on(byId('approve'), 'click', async () => {
    const path = `/v1/alerts/${alert}/approval`;
    const { nonce, ...options } = await api(`${path}/options`, { plan: plan.digest });
    const signature = { nonce, passkey: await show(options) };
    const { takesEffectAt } = await api(path, { plan: plan.digest, signature });
    byId('approve').disabled = true;
    return takesEffectAt === null ? 'Approved.' : `Announced, to take effect at ${takesEffectAt}.`;
  });
  byId('approve').disabled = false;
}

async function recoverPage() {
  act = (await api('/v1/session')).act;
  on(byId('propose'), 'submit', async ({ target }) => {
    await verified();
    const asked = { kind: target.kind.value, holder: target.holder.value.trim() };
    const { recovery, code } = await api('/v1/recoveries', asked);
    byId('recovery').textContent = recovery;
    byId('code').textContent = code;
    return 'Proposed. The code is shown this once.';
  });
  on(byId('confirm'), 'submit', async ({ target }) => {
    await verified();
    const which = encodeURIComponent(target.which.value.trim());
    const { link } = await api(`/v1/recoveries/${which}/decision`, { decision: 'confirm' });
    byId('link').textContent = link;
    return 'Confirmed. The link is shown this once.';
  });
}

const PAGES = {
  'sign-in': signInPage,
  register: registerPage,
  account: accountPage,
  approve: approvePage,
  recover: recoverPage,
};

Promise.resolve(PAGES[document.body.dataset.page]()).catch((error) => {
  if (error.code === 'UNAUTHENTICATED') location.assign('/sign-in');
  else say(error.message, 'fault');
});
