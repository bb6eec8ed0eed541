/** What happened on days of the period: written by the team, shown with every report of them. */
import { Button, Group, Paper, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { IconNote } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, includes, type Schemas, sessionQuery } from '@/api/client';
import { uniqueKey } from '@/api/once';
import { day, t } from '@/i18n';
import { asTaken, put } from '@/resources/put';
import { slugOf } from '@/resources/slug';
import { resourceQuery } from '@/resources/useResources';
import { Confirm } from '@/ui/Confirm';
import { Finish } from '@/ui/Finish';
import { notifyError } from '@/ui/notify';
import { useCall } from '@/ui/useCall';
import { FormModal } from '@/ui/FormModal';

type Note = Schemas['Note'];

export function Notes({ notes }: { notes: Note[] }) {
  const client = useQueryClient();
  const session = useQuery(sessionQuery);
  const mayEdit = includes(session.data?.role, 'editor');
  const [open, setOpen] = useState<Note | 'new' | null>(null);
  const again = () => client.invalidateQueries({ queryKey: ['insights'] });
  const remove = async (id: string) => {
    try {
      await data(api.POST('/api/v1/resources/{kind}/{id}/archive', { params: { path: { kind: 'annotation', id } } }));
      await again();
    } catch (error) {
      notifyError(error);
    }
  };
  if (notes.length === 0 && !mayEdit) return null;
  return (
    <Paper withBorder p="md" component="section" aria-label={t('Notes')} className={notes.length === 0 ? 'no-print' : ''}>
      <Group justify="space-between">
        <Title order={2} size="h5">
          {t('Notes')}
        </Title>
        {mayEdit && (
          <Button size="xs" variant="default" leftSection={<IconNote size={14} />} onClick={() => setOpen('new')}>
            {t('Note what happened')}
          </Button>
        )}
      </Group>
      {notes.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('A sale, a launch, a day without power: a note explains a bend in every chart of that day.')}
        </Text>
      ) : (
        <ol style={{ margin: '8px 0 0', paddingInlineStart: 22 }}>
          {notes.map((n) => (
            <li key={n.id}>
              <Group gap="xs" wrap="nowrap">
                <Text size="sm" dir="auto" style={{ flex: 1 }}>
                  <b>
                    {day(n.from)}
                    {n.to !== n.from && ` – ${day(n.to)}`}
                  </b>{' '}
                  {n.text}
                </Text>
                {mayEdit && (
                  <Button size="compact-xs" variant="default" aria-label={t('Change the note “{text}”', { text: n.text.slice(0, 60) })} onClick={() => setOpen(n)}>
                    {t('Change')}
                  </Button>
                )}
                {mayEdit && <Confirm title={t('Remove this note?')} text={n.text} action={t('Remove')} run={() => remove(n.id)} />}
              </Group>
            </li>
          ))}
        </ol>
      )}
      {open && (
        <NoteModal
          given={open === 'new' ? null : open}
          close={() => {
            setOpen(null);
            void again();
          }}
        />
      )}
    </Paper>
  );
}

/** A note, new or over the one it was. */
function NoteModal({ given, close }: { given: Note | null; close: () => void }) {
  const [text, setText] = useState(given?.text ?? '');
  const [from, setFrom] = useState(given?.from ?? new Date().toISOString().slice(0, 10));
  const [until, setUntil] = useState(given && given.to !== given.from ? given.to : '');
  const { busy, error, run } = useCall([['resources', 'annotation']], close);
  // Two notes of a day may begin alike.
  const [mark] = useState(() => uniqueKey().slice(0, 8));
  const before = useQuery({ ...resourceQuery('annotation', given?.id ?? ''), enabled: given !== null });
  const save = () =>
    run(async () => {
      const id = given?.id ?? [from, slugOf(text).slice(0, 40).replace(/-+$/, ''), mark].join('-');
      const { until: _, ...kept } = before.data?.spec ?? {};
      const spec = { ...kept, text, date: from, ...(until && until !== from ? { until } : {}) };
      await put('annotation', id, spec, { version: before.data?.version ?? 0, publish: true }).catch((problem: unknown) => {
        throw asTaken(problem, given === null);
      });
    });
  const title = given ? t('Change this note') : t('Note what happened');
  return (
    <FormModal onClose={close} title={title}>
      <Stack>
        <Textarea label={t('What happened')} required autosize minRows={2} maxLength={900} dir="auto" value={text} onChange={(e) => setText(e.currentTarget.value)} data-autofocus />
        <Group grow>
          <TextInput type="date" label={t('Day')} required value={from} onChange={(e) => setFrom(e.currentTarget.value)} />
          <TextInput type="date" label={t('Until')} value={until} onChange={(e) => setUntil(e.currentTarget.value)} />
        </Group>
        <Finish busy={busy} error={error ?? before.error} action={t('Save')} disabled={!text.trim() || !from || (given !== null && !before.data)} run={() => void save()} close={close} />
      </Stack>
    </FormModal>
  );
}
