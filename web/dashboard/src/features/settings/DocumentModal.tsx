/** A small document of a kind in a window: its form, saving and publishing. */
import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { t } from '@/i18n';
import { ResourceBar, ResourceProblem } from '@/resources/ResourceBar';
import { slugOf, type Spec, useResource } from '@/resources/useResource';
import { Loading } from '@/ui/bits';
import { Editable } from '@/ui/Editable';
import { type OwnField, type Schema, SchemaForm } from '@/ui/SchemaForm';
import { shapeOf } from '@/ui/schema';
import { VapidKey } from './VapidKey';

export function useSchema(kind: string) {
  return useQuery({
    queryKey: ['resources', kind, 'schema'],
    queryFn: () => data(api.GET('/api/v1/resources/{kind}/schema', { params: { path: { kind } } })) as Promise<Schema>,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Fields of their own, by kind of document and the kind it names itself. */
const OWN: Record<string, Record<string, OwnField>> = { 'channel webpush': { secret: VapidKey } };

export function DocumentModal({ kind, id, title, initial, close, look }: { kind: string; id: string; title: string; initial: Spec; close: () => void; look: (id: string) => void }) {
  const editing = useResource(kind, id, initial);
  const schema = useSchema(kind);
  const { ownId, setOwnId } = editing;
  const newId = ownId ?? (slugOf(String(editing.spec?.name ?? '')) || kind);
  const change = (next: Spec) => {
    const known = shapeOf(schema.data ?? {}, 'kind', String(next.kind ?? '')).properties ?? {};
    // What the former kind had and the new one has not would be refused, and no field shows it.
    const kept = next.kind === editing.spec?.kind ? next : Object.fromEntries(Object.entries(next).filter(([name]) => name in known));
    editing.change(kept);
  };
  return (
    <Modal opened onClose={close} size="lg" title={title}>
      <Stack>
        <Editable may={editing.mayEdit}>
        {editing.isNew && <TextInput label={t('Id')} required value={newId} onChange={(e) => setOwnId(e.currentTarget.value)} />}
        {schema.data && editing.spec ? <SchemaForm schema={shapeOf(schema.data, 'kind', String(editing.spec.kind ?? ''))} root={schema.data} value={editing.spec} onChange={change} own={OWN[`${kind} ${String(editing.spec.kind ?? '')}`] ?? {}} /> : <Loading />}
        </Editable>
        <ResourceProblem editing={editing} />
        <Group>
          <ResourceBar kind={kind} id={id} editing={editing} newId={newId} onSaved={close} onOther={({ id }) => look(id)} onArchived={close} />
          <Button variant="subtle" onClick={close}>
            {t('Close')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
