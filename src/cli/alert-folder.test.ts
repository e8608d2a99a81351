import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { EXAMPLE } from '../../tests/support/house.ts';
import { readAlertFolder } from './alert-folder.ts';

suite('an alert’s folder', () => {
  let folder: string;
  let yaml: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tocsin-alert-'));
    await cp(EXAMPLE, folder, { recursive: true });
    yaml = await readFile(join(folder, 'alert.yaml'), 'utf8');
  });
  after(() => rm(folder, { recursive: true }));

  const withYaml = async (text: string) => {
    await writeFile(join(folder, 'alert.yaml'), text);
    return readAlertFolder(folder);
  };

  test('the example is read, reduced variants first, sidecars with their files', async () => {
    const { artifacts } = await withYaml(yaml);
    assert.deepEqual(
      artifacts.slice(0, 2).map(({ file }) => file),
      ['summary.md', 'advisory.md'],
    );
    assert.match(artifacts[1]?.sidecar ?? '', /^alternates:/m);
    assert.equal(artifacts.find(({ file }) => file === 'rule.yar')?.sidecar, null);
  });

  test('a slip is named by its field', async () => {
    const slips: readonly (readonly [string, string, string])[] = [
      ['kind: summary', 'kind: sumary', 'artifacts[1].kind'],
      ['reducedBy: summary.md', 'reducedBy: sumary.md', 'artifacts[0].reducedBy'],
      ['reducedBy: summary.md', 'reducedBy: guidance.md', 'artifacts[0].reducedBy'],
      ['kind: summary', 'kind: advisory', 'artifacts[0].reducedBy'],
      ['name: summary.md', 'name: summary.md\n    reducedBy: summary.md', 'artifacts[1].reducedBy'],
      ['file: advisory.md', 'file: ../advisory.md', 'artifacts[0].file'],
      ['tlp: AMBER+STRICT', 'tlp: PINK', 'tlp'],
      ['disclosureAt: 2025', 'disclosure: 2025', 'alert.yaml.disclosure'],
      ['usePermissions: [read', 'usePermissions: [sell', 'usePermissions[0]'],
    ];
    for (const [from, to, field] of slips) {
      assert.ok(yaml.includes(from), from);
      await assert.rejects(withYaml(yaml.replace(from, to)), { code: 'INVALID_INPUT', field });
    }
    await assert.rejects(withYaml('artifacts: ['), { code: 'INVALID_INPUT', message: /YAML/ });
  });

  test('a missing artifact, and one beyond the limit, are refused', async () => {
    await assert.rejects(withYaml(yaml.replace('file: poc.py', 'file: other.py')), {
      code: 'INVALID_INPUT',
      message: /other\.py: expected a readable file, found ENOENT/,
    });
    await truncate(join(folder, 'advisory.md'), 100 * 1024 * 1024);
    await assert.rejects(withYaml(yaml), { code: 'LIMIT_EXCEEDED', message: /advisory\.md/ });
  });
});
