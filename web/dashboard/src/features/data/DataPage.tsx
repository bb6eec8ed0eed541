/** What comes in: live events, sources, what was refused, files in and out. */
import { t } from '@/i18n';
import { Page } from '@/ui/Page';
import { PageTabs } from '@/ui/PageTabs';
import { Catalogue } from './Catalogue';
import { Exports } from './Exports';
import { Imports } from './Imports';
import { LiveEvents } from './LiveEvents';
import { TrackingPlan } from './plan/TrackingPlan';
import { Quality } from './Quality';
import { Sources } from './Sources';

export function DataPage() {
  const tabs = [
    ['live', t('Live'), <LiveEvents />],
    ['sources', t('Sources'), <Sources />],
    ['catalogue', t('Events and properties'), <Catalogue />],
    ['plan', t('Tracking plan'), <TrackingPlan />],
    ['quality', t('Data quality'), <Quality />],
    ['imports', t('Imports'), <Imports />],
    ['exports', t('Exports'), <Exports />],
  ] as const;
  return (
    <Page title={t('Data')} intro={t('What comes in, where from, and what was refused.')}>
      <PageTabs tabs={tabs} />
    </Page>
  );
}
