import type { PackFiles } from '../../src/programme/policy/create-programme.ts';
import { readPack } from './house.ts';

const RULES = `
@id("platform")
@reason("NOT_AFFECTED_PLATFORM")
forbid (principal is Participant, action, resource is Artifact)
unless {
  principal.products.containsAny(context.alert.products) || context.now >= context.disclosureAt
};

@id("severity")
@reason("SEVERITY_TOO_LOW")
forbid (principal is Participant, action, resource is Artifact)
when { context.alert.severity == Severity::"low" && context.now < context.disclosureAt };

@id("conflict")
@reason("CONFLICT_OF_INTEREST")
forbid (principal is Participant, action, resource is Artifact)
when { principal.involvement == Involvement::"conflicted" && context.now < context.disclosureAt };

@id("doubt")
@reason("CONFIDENTIALITY_IN_DOUBT")
forbid (principal is Participant, action, resource is Artifact)
when { principal.doubt == Doubt::"confidentiality" };

@id("own-limit")
@reason("OWN_EMBARGO_LIMIT")
forbid (principal is Participant, action, resource is Artifact)
when { context.now < principal.embargoOpensAt };
`;

/** The section whose place a bare list of criteria takes. */
const ELIGIBILITY = /\neligibility:\n(?:[ #].*\n|\n)*/;

/** `mapp` with rules that turn on all the facts it has no use for itself. */
export async function fullPack(): Promise<PackFiles> {
  const { files } = await readPack('mapp');
  const {
    'programme.yaml': table = '',
    'rules.cedar': rules = '',
    'words.yaml': words = '',
  } = files;
  return {
    pack: 'full',
    files: {
      'programme.yaml':
        `${table.replace('pack: mapp', 'pack: full').replace(ELIGIBILITY, '\n')}\n` +
        'products: [kernel, browser]\nrelease_criteria: [certified]\n',
      'rules.cedar': rules + RULES,
      'words.yaml':
        `${words}\nproducts: {kernel: the kernel, browser: the browser}\n` +
        'criteria: {certified: is certified}\n',
    },
  };
}
