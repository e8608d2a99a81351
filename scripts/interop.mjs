/*
 * npm run interop: the tests that hold Tocsin against other people's programs, run as they are.
 * Unlike in `npm test`, a program that is missing is an error here.
 */
import { spawnSync } from 'node:child_process';

const PROGRAMS = ['age', 'age-keygen', 'python3', 'tar', 'yara'];
const TESTS = [
  'src/crypto/age/*.test.ts',
  'tests/conformance/copy-with-standard-tools.test.ts',
  'tests/interop/*.test.ts',
];

const missing = PROGRAMS.filter((name) => spawnSync(name, ['--help']).error?.code === 'ENOENT');
if (missing.length > 0) {
  process.stderr.write(`interop: expected ${missing.join(', ')} on PATH, found none\n`);
  process.exit(1);
}
const modules = ['sigma.backends.splunk', 'sigma.backends.elasticsearch'];
if (spawnSync('python3', ['-c', `import ${modules.join(', ')}`]).status !== 0) {
  const packages = 'pysigma pysigma-backend-splunk pysigma-backend-elasticsearch';
  process.stderr.write(`interop: expected python3 with ${packages}, found it without\n`);
  process.exit(1);
}
const { status } = spawnSync(process.execPath, ['--test', ...TESTS], { stdio: 'inherit' });
process.exit(status ?? 1);
