import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { generateSigningKey, signer, verify } from '../crypto/sign.ts';
import {
  baseOfSent,
  type Component,
  componentsOf,
  parseSignature,
  type RequestToSign,
  signatureBase,
  signatureHeaders,
  signatureParams,
} from './signed-request.ts';

/** RFC 9421, appendix B.2.6; see ORIGIN.md there. */
const VECTOR = JSON.parse(
  readFileSync(new URL('../../testdata/rfc9421/ed25519.json', import.meta.url), 'utf8'),
) as {
  readonly publicKey: string;
  readonly privateKey: string;
  readonly components: readonly Component[];
  readonly params: string;
  readonly base: string;
  readonly signature: string;
};

/** The last 32 bytes of what a PEM holds: an Ed25519 key or seed (RFC 8410). */
function keyIn(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----|\n/g, ''), 'base64').subarray(-32);
}

test('the base and the signature are those of the vector of RFC 9421, B.2.6', () => {
  const base = signatureBase(VECTOR.components, VECTOR.params);
  assert.equal(base.toString(), VECTOR.base);
  const signature = Buffer.from(VECTOR.signature, 'base64');
  assert.ok(verify(keyIn(VECTOR.publicKey), base, signature));
  assert.deepEqual(signer(keyIn(VECTOR.privateKey)).sign(base), signature);
});

const REQUEST: RequestToSign = {
  method: 'POST',
  authority: 'issuer.example',
  target: '/v1/facts?a=b',
  contentDigest: 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:',
  idempotencyKey: 'once-and-only-once',
};
const TERMS = {
  created: 1_618_884_473,
  nonce: 'AAECAwQFBgcICQoLDA0ODw',
  keyid: '0f8fad5b-d9cb-469f-a165-70867728950e',
};

function signedBy(secret: Buffer, request: RequestToSign = REQUEST) {
  const components = componentsOf(request);
  const params = signatureParams(components, TERMS);
  return signatureHeaders(params, signer(secret).sign(signatureBase(components, params)));
}

test('what was signed is read back, and over another request it is another base', () => {
  const { secret, publicKey } = generateSigningKey();
  const headers = signedBy(secret);
  const sent = parseSignature(headers['signature-input'], headers.signature);
  assert.ok(sent);
  const { created, nonce, keyid } = sent;
  assert.deepEqual({ created, nonce, keyid }, TERMS);
  const isOver = (request: RequestToSign) => {
    const base = baseOfSent(sent, request);
    return base !== null && verify(publicKey, base, sent.signature);
  };
  assert.ok(isOver(REQUEST));
  const others: Partial<RequestToSign>[] = [
    { method: 'GET' },
    { authority: 'other.example' },
    { target: '/v1/facts' },
    { target: '/v1/facts?a=c' },
    { target: '/v1/fact?a=b' },
    { contentDigest: null },
    { contentDigest: 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:' },
    { idempotencyKey: null },
    { idempotencyKey: 'another-key' },
  ];
  for (const other of others) {
    assert.ok(!isOver({ ...REQUEST, ...other }), JSON.stringify(other));
  }
});

test('components may come in another order, and neither fewer, more nor twice', () => {
  const { secret, publicKey } = generateSigningKey();
  const request = { ...REQUEST, contentDigest: null, idempotencyKey: null };
  const isTaken = (components: readonly Component[]) => {
    const params = signatureParams(components, TERMS);
    const base = signatureBase(components, params);
    const headers = signatureHeaders(params, signer(secret).sign(base));
    const sent = parseSignature(headers['signature-input'], headers.signature);
    const expected = sent && baseOfSent(sent, request);
    return sent && expected ? verify(publicKey, expected, sent.signature) : false;
  };
  const all = componentsOf(request);
  assert.ok(isTaken(all));
  assert.ok(isTaken([...all].reverse()));
  for (const one of all) assert.ok(!isTaken(all.filter((other) => other !== one)), one[0]);
  for (const one of all) assert.ok(!isTaken([...all, one]), one[0]);
  assert.ok(!isTaken([...all, ['accept', '*/*']]));
  assert.ok(!isTaken([]));
});

test('a header that is not exactly one signature of our tag is none', () => {
  const { secret } = generateSigningKey();
  const { 'signature-input': input, signature } = signedBy(secret);
  assert.ok(parseSignature(input, signature));
  assert.ok(parseSignature(input.replace(';alg="ed25519"', ''), signature), 'alg may be left out');
  const inputs = [
    '',
    input.replace('tocsin=', 'other='),
    `${input}, ${input}`,
    input.replace(';alg="ed25519"', ';alg="hmac-sha256"'),
    input.replace('tag="tocsin-reader"', 'tag="other"'),
    input.replace(';tag="tocsin-reader"', ''),
    input.replace(/;created=\d+/, ''),
    input.replace(/created=\d+/, 'created="1618884473"'),
    input.replace(/created=/, 'created=0'),
    input.replace(/;nonce="[^"]*"/, ''),
    input.replace(/nonce="[^"]*"/, 'nonce="short"'),
    input.replace(/;keyid="[^"]*"/, ''),
    input.replace(/keyid="[^"]*"/, `keyid="${TERMS.keyid.toUpperCase()}"`),
    `${input};created=1618884473`,
    `${input};expires=1618884474`,
    input.replace('"@method"', '"@method";req'),
    input.replace('("@method"', '( "@method"'),
    input.replace('"@method" ', '"@method"'),
    `${input} `,
  ];
  for (const other of inputs) {
    assert.notEqual(other, input);
    assert.equal(parseSignature(other, signature), null, other);
  }
  const signatures = [
    '',
    signature.replace('tocsin=', 'other='),
    signature.replace(/:$/, ''),
    `${signature}, ${signature}`,
    signature.replace(/.==:$/, '==:'),
    // The last digit has four bits that decode to nothing.
    signature.replace(/(.)==:$/, (_, digit: string) => `${digit === 'B' ? 'C' : 'B'}==:`),
  ];
  for (const other of signatures) assert.equal(parseSignature(input, other), null, other);
});
