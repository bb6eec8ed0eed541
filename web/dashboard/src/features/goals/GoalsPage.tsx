/** What the team wants to reach, what rang, and the reports that come by mail. */
import { t } from '@/i18n';
import { Page } from '@/ui/Page';
import { PageTabs } from '@/ui/PageTabs';
import { Alerts } from './Alerts';
import { GoalList } from './GoalList';
import { Reports } from './Reports';

export function GoalsPage() {
  const tabs = [
    ['goals', t('Goals'), <GoalList key="g" />],
    ['alerts', t('Alerts'), <Alerts key="a" />],
    ['reports', t('Reports by mail'), <Reports key="r" />],
  ] as const;
  return (
    <Page title={t('Goals and reports')} crumbs={[{ title: t('Insights'), to: '/insights' }]} intro={t('Numbers with a target, what to tell you when they are off, and reports that come by themselves.')}>
      <PageTabs tabs={tabs} />
    </Page>
  );
}
