/*
 * A process that holds a cluster, for tests that kill it: node hold-cluster.ts DATA_DIR. Prints one
 * JSON line, `{"held": true, …}` or `{"held": false, "code", "message"}`, and waits to be ended;
 * with a second argument `exit` it ends at once without stopping the cluster.
 */
import { startCluster } from '../../src/store/cluster/cluster.ts';

const [dataDir = '', then] = process.argv.slice(2);
try {
  const lines: string[] = [];
  const cluster = await startCluster({ dataDir, logLine: (line) => lines.push(line) });
  const { host, passwords } = cluster;
  console.log(JSON.stringify({ held: true, host, password: passwords.owner, log: lines }));
  if (then === 'exit') process.exit(0);
  setInterval(() => undefined, 60_000);
} catch (error) {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  console.log(JSON.stringify({ held: false, code, message: String(error) }));
}
