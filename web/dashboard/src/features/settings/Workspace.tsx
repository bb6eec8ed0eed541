import { Group, Paper, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api, ApiProblem, data } from '@/api/client';
import { t } from '@/i18n';
import { ResourceBar, ResourceProblem } from '@/resources/ResourceBar';
import { type Editing, useResource } from '@/resources/useResource';
import { Loaded, Loading, Problem } from '@/ui/bits';
import { Editable } from '@/ui/Editable';
import { type Schema, SchemaForm } from '@/ui/SchemaForm';
import { ChannelsField, TopicsField } from './fields';

/** The workspace's settings: company, zone, quiet hours, caps, what consent is needed. One document, with versions. */
export function WorkspaceForm() {
  const schema = useQuery({
    queryKey: ['resources', 'settings', 'schema'],
    queryFn: () => data(api.GET('/api/v1/resources/{kind}/schema', { params: { path: { kind: 'settings' } } })) as Promise<Schema>,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <WithWorkspace>
      {(editing) => (
        <Paper withBorder p="md" component="section" aria-label={t('Workspace')} maw={760}>
          <Title order={2} size="h5" mb="sm">
            {t('Company, time, consent and limits')}
          </Title>
          <Editable may={editing.mayEdit}>
            {schema.data && editing.spec ? <SchemaForm own={OWN} schema={schema.data} without={ELSEWHERE} value={editing.spec} onChange={(next) => editing.change(next)} /> : <Loading />}
          </Editable>
        </Paper>
      )}
    </WithWorkspace>
  );
}

const INITIAL = {};
const OWN = { channels: ChannelsField, topics: TopicsField };
/** Members with a form of their own. */
const ELSEWHERE = ['words'];

/** The one document of settings, there already or not, with what can be done with it. */
export function WithWorkspace({ children }: { children: (editing: Editing) => ReactNode }) {
  const exists = useQuery({
    queryKey: ['resources', 'settings', 'exists'],
    queryFn: async () => {
      try {
        await data(api.GET('/api/v1/resources/{kind}/{id}', { params: { path: { kind: 'settings', id: 'workspace' } } }));
        return true;
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 404) return false;
        throw error;
      }
    },
  });
  if (exists.error) return <Problem error={exists.error} />;
  if (exists.data === undefined) return <Loading />;
  return (
    <Document id={exists.data ? 'workspace' : 'new'} onFirst={() => void exists.refetch()}>
      {children}
    </Document>
  );
}

function Document({ id, onFirst, children }: { id: string; onFirst: () => void; children: (editing: Editing) => ReactNode }) {
  const editing = useResource('settings', id, INITIAL);
  return (
    <Stack>
      <Group justify="flex-end">
        <ResourceBar kind="settings" id="workspace" editing={editing} newId="workspace" single onSaved={onFirst} />
      </Group>
      <ResourceProblem editing={editing} />
      {editing.isNew ? children(editing) : <Loaded query={editing.saved}>{() => children(editing)}</Loaded>}
    </Stack>
  );
}
