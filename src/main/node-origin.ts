import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { TocsinError } from '../domain/errors.ts';

/**
 * Folders in which a Node lies that did not come from nodejs.org or a distribution: the setup of a
 * checkout fetches one into `.tools/`, and npm packages of Node unpack into `node_modules/`. A
 * third party repackaged both, and nobody updates them when a security release comes out.
 */
const REPACKAGED = ['.tools', 'node_modules'];

/** @throws CONFIG_INVALID when the Node at `execPath` is a repackaged one. */
export function refuseRepackagedNode(execPath: string): void {
  const real = realpathSync(execPath);
  if (!real.split(sep).some((folder) => REPACKAGED.includes(folder))) return;
  throw new TocsinError(
    'CONFIG_INVALID',
    `Node: expected one from nodejs.org or your system, found the repackaged ${real}, which is ` +
      'for development, the demonstration and tests: run tocsin serve with an installed Node',
  );
}
