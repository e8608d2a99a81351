import { planAnswer } from '../alert-answers.ts';
import type { Alert } from './alert.ts';
import { showPlan } from './plan-table.ts';
import { refusalOf } from './refusal.ts';
import type { Stage } from './stage.ts';
import { momentOf } from './words.ts';

/** The plan of the drafted alert is shown, and a second person approves it. */
export async function planAlert(stage: Stage, alert: Alert): Promise<void> {
  const { page, rehearsal, issuer } = stage;
  page.part('2  The alert: planned before anything is sent', momentOf(rehearsal.now()));
  const plan = planAnswer(await issuer.author.api.get(`/v1/alerts/${alert.id}/plan`), 'plan');
  page.line(
    `CVE-2025-49704 and -49706: ${alert.artifacts.length} artifacts, and ${alert.slots} places ` +
      'where copies may differ without a change of meaning. Who would get what, and when:',
  );
  showPlan(page, plan, alert);
  const path = `/v1/alerts/${alert.id}/approval`;
  const own = await refusalOf(issuer.author.api.post(path, { plan: plan.digest }));
  await issuer.approver.api.post(path, { plan: plan.digest });
  page.fact(`${issuer.author.name}, the author, may not approve the plan (${own}).`);
  page.fact(
    `${issuer.approver.name}, a second person, approves plan ${plan.digest.slice(0, 16)}….`,
  );
}
