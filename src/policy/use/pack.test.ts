import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bareFiles, sha256 } from '../../../tests/support/packs.ts';
import { factsOf, T0 } from '../../../tests/support/policy-facts.ts';
import { ARTIFACT_KINDS } from '../../domain/artifact.ts';
import { ADDENDA, NO_PROFILE } from '../../domain/enrolment.ts';
import { compilePolicy, decideRelease } from '../decide.ts';
import { parsePack } from '../pack.ts';
import { missingAddendum } from './grant.ts';

const PAGE = join(import.meta.dirname, '../../../docs/policy/use.md');

test('the page’s release rule refuses exactly whom the section’s addendum gate refuses', () => {
  const [, rule] = /^```cedar\n([\s\S]*?)^```$/m.exec(readFileSync(PAGE, 'utf8')) ?? [];
  assert.ok(rule);
  const files = bareFiles();
  const gate = 'aggregator: {asked_of: [aggregator], kinds: [indicator], feeds: true}';
  const section = `use: {permissions: {}, different_patch: refused, addenda: {${gate}}}`;
  files.set('programme.yaml', `${files.get('programme.yaml') ?? ''}\n${section}\n`);
  const pack = parsePack(files.set('addendum.cedar', rule));
  const policy = compilePolicy(pack, sha256);
  const { use } = pack.table;
  assert.ok(use);
  let refused = 0;
  for (const kind of ARTIFACT_KINDS) {
    for (const roles of [[], ['vendor'], ['aggregator'], ['vendor', 'aggregator']] as const) {
      for (const addenda of [[], ...ADDENDA.map((one) => [one]), ADDENDA]) {
        const profile = { ...NO_PROFILE, roles, addenda };
        const facts = factsOf({ profile }, { kind, variant: 'full' });
        const { reasons } = decideRelease(policy, facts, T0);
        const denied = reasons.some(({ code }) => code === 'ADDENDUM_MISSING');
        const missing: boolean = missingAddendum(use, profile, kind) !== null;
        assert.equal(denied, missing, `${kind} ${roles} ${addenda}`);
        refused += Number(denied);
      }
    }
  }
  assert.equal(refused, 4);
});
