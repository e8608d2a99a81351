import type { PackFiles } from '../../src/programme/policy/create-programme.ts';
import { readPack } from './house.ts';

/** The pack `mapp` with a section `timing` of these lines, indented by two. */
export async function timedPack(lines: string, more = ''): Promise<PackFiles> {
  const { files } = await readPack('mapp');
  const table = `${files['programme.yaml']}\ntiming:\n  zone: UTC\n${lines}\n${more}`;
  return { pack: 'timed', files: { ...files, 'programme.yaml': table } };
}
