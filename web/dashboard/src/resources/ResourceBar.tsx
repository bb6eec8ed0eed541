/** What can be done with a document: undo, save, publish, its versions; and its conflicts and problems. */
import { ActionIcon, Button, Group, Menu, Modal, Stack, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconArrowBackUp, IconArrowForwardUp, IconDots } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { api, data, includes, sessionQuery } from '@/api/client';
import { t } from '@/i18n';
import { Problem, Status } from '@/ui/bits';
import { notify, notifyError } from '@/ui/notify';
import { DiffView } from './DiffView';
import type { Editing, Resource } from './useResource';

const Versions = lazy(() => import('./Versions').then((m) => ({ default: m.Versions })));

export function ResourceBar({
  kind,
  id,
  editing,
  newId,
  onSaved,
  onArchived,
  block,
}: {
  kind: string;
  id: string;
  editing: Editing;
  newId?: string;
  /** Told what was saved; a new document then has an address of its own. */
  onSaved?: (saved: Resource) => void;
  onArchived?: () => void;
  /** Why it cannot be saved yet. */
  block?: string | undefined;
}) {
  const session = useQuery(sessionQuery);
  const mayEdit = includes(session.data?.role, 'editor');
  const [open, setOpen] = useState<'versions' | 'archive' | null>(null);
  const { spec, saved, dirty, busy } = editing;
  const save = async (publish: boolean, confirm = false) => {
    if (block) {
      notify('bad', block);
      return;
    }
    const made = await editing.save({ publish, confirm, ...(newId ? { newId } : {}) });
    if (!made) return;
    notify('good', publish ? t('Version {n} is live', { n: made.version }) : t('Saved as version {n}', { n: made.version }));
    for (const warning of made.warnings ?? []) notify('bad', `${warning.at}: ${warning.message}`);
    onSaved?.(made);
  };
  useHotkeys(
    [
      ['mod+S', () => void save(false)],
      ['mod+Z', editing.undo],
      ['mod+shift+Z', editing.redo],
    ],
    ['INPUT', 'TEXTAREA'],
  );
  const toReview = async () => {
    try {
      await data(
        api.POST('/api/v1/resources/{kind}/{id}/status', {
          params: { path: { kind, id } },
          body: { status: 'review', version: saved.data?.version } as never,
        }),
      );
      await saved.refetch();
      notify('good', t('It waits for review now.'));
    } catch (error) {
      notifyError(error);
    }
  };
  const archive = async () => {
    try {
      await data(api.POST('/api/v1/resources/{kind}/{id}/archive', { params: { path: { kind, id } } }));
      notify('good', t('Archived; its versions are kept.'));
      setOpen(null);
      onArchived?.();
    } catch (error) {
      notifyError(error);
    }
  };
  if (!mayEdit) return saved.data ? <Status of={saved.data.status} /> : null;
  const isLive = saved.data?.live_version === saved.data?.version && saved.data?.live_version !== undefined && saved.data?.live_version !== null;
  return (
    <>
      {saved.data && <Status of={isLive ? 'live' : saved.data.status} />}
      <Group gap={4}>
        <ActionIcon variant="default" size="lg" aria-label={t('Undo')} disabled={!editing.canUndo} onClick={editing.undo}>
          <IconArrowBackUp size={18} />
        </ActionIcon>
        <ActionIcon variant="default" size="lg" aria-label={t('Redo')} disabled={!editing.canRedo} onClick={editing.redo}>
          <IconArrowForwardUp size={18} />
        </ActionIcon>
      </Group>
      <Button variant="default" disabled={!spec || (!dirty && !editing.isNew)} loading={busy} onClick={() => void save(false)}>
        {t('Save draft')}
      </Button>
      <Button disabled={!spec || (!dirty && isLive)} loading={busy} onClick={() => void save(true)}>
        {t('Publish')}
      </Button>
      {!editing.isNew && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="default" size="lg" aria-label={t('More actions')}>
              <IconDots size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => setOpen('versions')}>{t('Versions')}</Menu.Item>
            <Menu.Item disabled={dirty || isLive} onClick={() => void toReview()}>
              {t('Ask for review')}
            </Menu.Item>
            <Menu.Item disabled={!dirty} onClick={editing.discard}>
              {t('Discard changes')}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item color="red" onClick={() => setOpen('archive')}>
              {t('Archive…')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <Suspense>{open === 'versions' && <Versions kind={kind} id={id} close={() => setOpen(null)} restore={(s) => editing.change(s)} />}</Suspense>
      <Modal opened={open === 'archive'} onClose={() => setOpen(null)} title={t('Archive this?')}>
        <Stack>
          <Text size="sm">{t('It has no effect any more. Its versions stay and can be brought back.')}</Text>
          <Button color="red" onClick={() => void archive()}>
            {t('Archive')}
          </Button>
        </Stack>
      </Modal>
      <ConflictModal editing={editing} />
      <Modal opened={editing.doubts !== null} zIndex={400} onClose={editing.closeDoubts} size="lg" title={t('Is this meant?')}>
        <Stack>
          <ul style={{ margin: 0, paddingInlineStart: 18 }}>
            {(editing.doubts?.items ?? []).map((item) => (
              <li key={`${item.at} ${item.message}`}>
                <Text size="sm" component="span">
                  <code>{item.at.replace(/^spec\./, '')}</code>: {item.message}
                </Text>
              </li>
            ))}
          </ul>
          <Group>
            <Button loading={busy} onClick={() => void save(true, true)}>
              {t('Publish all the same')}
            </Button>
            <Button variant="default" onClick={editing.closeDoubts} data-autofocus>
              {t('Go on editing')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

/** What is wrong with what was to be saved. */
export function ResourceProblem({ editing }: { editing: Editing }) {
  return <Problem error={editing.error} />;
}

function ConflictModal({ editing }: { editing: Editing }) {
  const { conflict } = editing;
  return (
    <Modal opened={conflict !== null} zIndex={400} onClose={editing.closeConflict} size="xl" title={t('Somebody else saved meanwhile')}>
      {conflict && (
        <Stack>
          <Text size="sm">
            {t('{who} saved version {n}. This is how yours differs from it; nothing is lost yet.', {
              who: conflict.theirs.created_by,
              n: conflict.theirs.version,
            })}
          </Text>
          <DiffView before={conflict.theirs.spec} after={conflict.mine} />
          <Group>
            <Button loading={editing.busy} onClick={() => void editing.keepMine()}>
              {t('Save mine over it')}
            </Button>
            <Button variant="default" onClick={editing.takeTheirs}>
              {t('Take theirs')}
            </Button>
            <Button variant="subtle" onClick={editing.closeConflict}>
              {t('Go on editing')}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
