import { Group, Paper, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, ApiProblem, data } from '@/api/client';
import { t } from '@/i18n';
import { ResourceBar, ResourceProblem } from '@/resources/ResourceBar';
import { useResource } from '@/resources/useResource';
import { Loading, Problem } from '@/ui/bits';
import { type Schema, SchemaForm } from '@/ui/SchemaForm';

/** The workspace's settings: company, zone, quiet hours, caps, what consent is needed. One document, with versions. */
export function WorkspaceForm() {
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
  return <Form id={exists.data ? 'workspace' : 'new'} onFirst={() => void exists.refetch()} />;
}

const INITIAL = {};

function Form({ id, onFirst }: { id: string; onFirst: () => void }) {
  const editing = useResource('settings', id, INITIAL);
  const schema = useQuery({
    queryKey: ['resources', 'settings', 'schema'],
    queryFn: () => data(api.GET('/api/v1/resources/{kind}/schema', { params: { path: { kind: 'settings' } } })) as Promise<Schema>,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Stack maw={760}>
      <Group justify="flex-end">
        <ResourceBar kind="settings" id="workspace" editing={editing} newId="workspace" onSaved={onFirst} />
      </Group>
      <ResourceProblem editing={editing} />
      <Paper withBorder p="md" component="section" aria-label={t('Workspace')}>
        <Title order={2} size="h5" mb="sm">
          {t('Company, time, consent and limits')}
        </Title>
        {schema.data && editing.spec ? <SchemaForm schema={schema.data} value={editing.spec} onChange={(next) => editing.change(next)} /> : <Loading />}
      </Paper>
    </Stack>
  );
}
