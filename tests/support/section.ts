import { SYSTEM } from '../../src/programme/act.ts';
import { putInForce } from '../../src/programme/policy/change-policy.ts';
import { compileFiles } from '../../src/programme/policy-shelf.ts';
import { type House, readPack } from './house.ts';

/** Puts `mapp` in force with this text in place of one of its sections; null: without it. */
export async function enactSection(
  house: House,
  name: 'use' | 'duties' | 'marking',
  text: string | null,
): Promise<void> {
  const { files } = await readPack('mapp');
  const own = new RegExp(`^${name}:\\n(?:[ #].*\\n|\\n)*`, 'm');
  const rest = (files['programme.yaml'] ?? '').replace(own, '');
  const pack = { ...files, 'programme.yaml': `${rest}\n${text ?? ''}` };
  const act = { programme: house.programme, actor: SYSTEM, at: house.clock.now() };
  await house.context.store.issuer((tx) =>
    putInForce(house.context, tx, act, compileFiles(pack), { pack: 'other', files: pack }),
  );
}
