/** The workspace: who works in it, what sends, what customers may choose, and who did what. */
import { useQuery } from '@tanstack/react-query';
import { includes, sessionQuery } from '@/api/client';
import { t } from '@/i18n';
import { Page } from '@/ui/Page';
import { PageTabs, type Tab } from '@/ui/PageTabs';
import { Audit } from './Audit';
import { Channels } from './Channels';
import { Domains } from './Domains';
import { Members } from './Members';
import { Suppressions } from './Suppressions';
import { Tokens } from './Tokens';
import { Topics } from './Topics';
import { Words } from './words/Words';
import { WorkspaceForm } from './Workspace';

export function SettingsPage() {
  const session = useQuery(sessionQuery);
  const admin = includes(session.data?.role, 'admin');
  const shown: Tab[] = [
    ['workspace', t('Workspace'), <WorkspaceForm />],
    ['members', t('Members'), <Members />],
    ['channels', t('Channels'), <Channels />],
    ['domains', t('Sending domains'), <Domains />],
    ['topics', t('Topics'), <Topics />],
    ['words', t('Words of pages'), <Words />],
    ['suppressions', t('Suppressions'), <Suppressions />],
  ];
  const ofAdmins: Tab[] = [
    ['tokens', t('API tokens'), <Tokens />],
    ['audit', t('Audit log'), <Audit />],
  ];
  return (
    <Page title={t('Settings')}>
      <PageTabs tabs={admin ? [...shown, ...ofAdmins] : shown} />
    </Page>
  );
}
