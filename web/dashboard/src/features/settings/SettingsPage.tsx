/** The workspace: who works in it, what sends, what customers may choose, and who did what. */
import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { includes, sessionQuery } from '@/api/client';
import { t } from '@/i18n';
import { Page } from '@/ui/Page';
import { useSearchState } from '@/ui/useSearchState';
import { Audit } from './Audit';
import { Channels } from './Channels';
import { Members } from './Members';
import { Suppressions } from './Suppressions';
import { Tokens } from './Tokens';
import { Topics } from './Topics';
import { WorkspaceForm } from './Workspace';

export function SettingsPage() {
  const [search, change] = useSearchState();
  const session = useQuery(sessionQuery);
  const admin = includes(session.data?.role, 'admin');
  const tabs = [
    ['workspace', t('Workspace'), WorkspaceForm, true],
    ['members', t('Members'), Members, true],
    ['channels', t('Channels'), Channels, true],
    ['topics', t('Topics'), Topics, true],
    ['suppressions', t('Suppressions'), Suppressions, true],
    ['tokens', t('API tokens'), Tokens, admin],
    ['audit', t('Audit log'), Audit, admin],
  ] as const;
  const shown = tabs.filter(([, , , allowed]) => allowed);
  return (
    <Page title={t('Settings')}>
      <Tabs value={search.tab ?? 'workspace'} onChange={(tab) => change({ tab: tab === 'workspace' ? undefined : (tab ?? undefined), q: undefined })} keepMounted={false}>
        <Tabs.List>
          {shown.map(([value, title]) => (
            <Tabs.Tab key={value} value={value}>
              {title}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {shown.map(([value, , Panel]) => (
          <Tabs.Panel key={value} value={value} pt="md">
            <Panel />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}
