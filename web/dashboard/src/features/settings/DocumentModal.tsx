/** A small document of a kind in a window: its form, saving and publishing. */
import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { t } from '@/i18n';
import { ResourceBar, ResourceProblem } from '@/resources/ResourceBar';
import { slugOf, type Spec, useResource } from '@/resources/useResource';
import { Loading } from '@/ui/bits';
import { type Schema, SchemaForm } from '@/ui/SchemaForm';
import { shapeOf } from '@/ui/schema';

export function useSchema(kind: string) {
  return useQuery({
    queryKey: ['resources', kind, 'schema'],
    queryFn: () => data(api.GET('/api/v1/resources/{kind}/schema', { params: { path: { kind } } })) as Promise<Schema>,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function DocumentModal({ kind, id, title, initial, close }: { kind: string; id: string; title: string; initial: Spec; close: () => void }) {
  const editing = useResource(kind, id, initial);
  const schema = useSchema(kind);
  const [ownId, setOwnId] = useState<string | null>(null);
  const newId = ownId ?? (slugOf(String(editing.spec?.name ?? '')) || kind);
  return (
    <Modal opened onClose={close} size="lg" title={title}>
      <Stack>
        {editing.isNew && <TextInput label={t('Id')} required value={newId} onChange={(e) => setOwnId(e.currentTarget.value)} />}
        {schema.data && editing.spec ? <SchemaForm schema={shapeOf(schema.data, 'kind', String(editing.spec.kind ?? ''))} root={schema.data} value={editing.spec} onChange={(next) => editing.change(next)} /> : <Loading />}
        <ResourceProblem editing={editing} />
        <Group>
          <ResourceBar kind={kind} id={id} editing={editing} newId={newId} onSaved={close} onArchived={close} />
          <Button variant="subtle" onClick={close}>
            {t('Close')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
