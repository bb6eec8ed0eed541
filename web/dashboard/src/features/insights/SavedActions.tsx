/** What can be done with a saved report beside asking it: another name, and its end. */
import { Button, Group, List, Menu, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiProblem, api, data, type Schemas } from '@/api/client';
import { t, tn } from '@/i18n';
import { asTaken, put } from '@/resources/put';
import { Problem } from '@/ui/bits';
import { Finish } from '@/ui/Finish';
import { FormModal } from '@/ui/FormModal';
import { notify } from '@/ui/notify';
import { notifyUndo } from '@/ui/notifyUndo';
import { useCall } from '@/ui/useCall';

type Saved = Schemas['ResourceView'];
const REPORTS = ['resources', 'insight'];

export function SavedActions({ saved, onDeleted }: { saved: Saved; onDeleted: () => void }) {
  const [open, setOpen] = useState<'rename' | 'delete' | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" px="xs" aria-label={t('More actions')}>
            <IconDots size={18} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setOpen('rename')}>{t('Rename…')}</Menu.Item>
          <Menu.Item color="red" onClick={() => setOpen('delete')}>
            {t('Delete…')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {open === 'rename' && <Rename saved={saved} close={close} />}
      {open === 'delete' && <Delete saved={saved} close={close} onDeleted={onDeleted} />}
    </>
  );
}

function Rename({ saved, close }: { saved: Saved; close: () => void }) {
  const [name, setName] = useState(String(saved.spec.name ?? saved.id));
  const { busy, error, run } = useCall([REPORTS], close);
  const save = () =>
    run(async () => {
      await put('insight', saved.id, { ...saved.spec, name: name.trim() }, { version: saved.version, publish: true }).catch((problem: unknown) => {
        throw asTaken(problem, false);
      });
      notify('good', t('Saved'));
    });
  return (
    <FormModal onClose={close} title={t('Rename this report')}>
      <Stack>
        <TextInput label={t('Name')} required dir="auto" value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
        <Text size="xs" c="dimmed">
          {t('Dashboards, goals and mails that show it go on showing it, by its new name.')}
        </Text>
        <Finish busy={busy} error={error} action={t('Save')} disabled={!name.trim()} run={() => void save()} close={close} />
      </Stack>
    </FormModal>
  );
}

function Delete({ saved, close, onDeleted }: { saved: Saved; close: () => void; onDeleted: () => void }) {
  const client = useQueryClient();
  // What needs it, when something does: then it is asked once more.
  const [needed, setNeeded] = useState<ApiProblem | null>(null);
  const { busy, error, run } = useCall([], () => {});
  const remove = () =>
    run(async () => {
      const query = needed ? { confirm: true } : {};
      try {
        await data(api.POST('/api/v1/resources/{kind}/{id}/archive', { params: { path: { kind: 'insight', id: saved.id }, query } }));
      } catch (problem) {
        if (!(problem instanceof ApiProblem && problem.code === 'needs_confirmation')) throw problem;
        setNeeded(problem);
        return;
      }
      await client.invalidateQueries({ queryKey: REPORTS });
      notifyUndo(t('The report was deleted.'), async () => {
        const { restore } = await import('@/features/archive/restore');
        await restore('insight', saved, true);
      });
      close();
      onDeleted();
    });
  return (
    <Modal opened onClose={close} title={t('Delete this report?')}>
      <Stack>
        <Text size="sm">{t('It leaves the list of saved reports, and stays in the archive.')}</Text>
        {needed && (
          <>
            <Text size="sm">{tn(needed.items.length, 'One document needs it and will not work without it:', '{n} documents need it and will not work without it:')}</Text>
            <List size="sm">
              {needed.items.map((item) => (
                <List.Item key={item.at}>{item.at.replace(/spec\./, '')}</List.Item>
              ))}
            </List>
          </>
        )}
        <Problem error={error} />
        <Group>
          <Button color="red" loading={busy} onClick={() => void remove()}>
            {needed ? t('Delete anyway') : t('Delete')}
          </Button>
          <Button variant="default" onClick={close} data-autofocus>
            {t('Cancel')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
