/** The thread of `plan-dates.ts`. */
import type { List } from '../../policy/timing/lists.ts';
import { planLists, proposeDisclosures } from '../../policy/timing/plan-lists.ts';
import { calendarsFor, NO_TIMING } from '../../policy/timing/section.ts';
import { periods } from '../../policy/timing/span.ts';
import { compileFiles } from '../policy-shelf.ts';
import { answerFrom } from '../thread.ts';
import type { Dates, Dating } from './plan-dates.ts';
import { timingFacts } from './timing-facts.ts';

await answerFrom(({ lists, disclosureAt, search, now }: Dating): Dates => {
  const asked = lists.map(({ name, files, standing, reasons }): List => {
    const policy = compileFiles(files);
    const timing = policy.timing ?? NO_TIMING;
    const facts = timingFacts(policy, standing, reasons, now);
    return { name, timing, leads: policy.leads, facts, calendars: calendarsFor(timing, new Map()) };
  });
  const plan = planLists(asked, disclosureAt);
  const planned = plan.kind === 'planned' ? plan.lists : [];
  return {
    disclosureAt,
    lists: planned.map((each) => ({ ...each, notices: periods(each.notices) })),
    conflicts: plan.kind === 'refused' ? plan.conflicts : [],
    proposals: search === null ? null : proposeDisclosures(asked, search.from, search.to),
  };
});
