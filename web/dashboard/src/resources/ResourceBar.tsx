/** What can be done with a document: undo, save, publish, its versions; and its conflicts and problems. */
import { ActionIcon, Alert, Button, Group, Menu, Modal, Stack, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconArrowBackUp, IconArrowForwardUp, IconDots, IconUserCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { ApiProblem, api, data, includes, sessionQuery } from '@/api/client';
import { t } from '@/i18n';
import { Problem, Status, Tag } from '@/ui/bits';
import { notify, notifyError } from '@/ui/notify';
import { DiffView } from './DiffView';
import type { Editing, Move, Resource } from './useResource';

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
  const go = async (to: Move, confirm = false) => {
    if (block) {
      notify('bad', block);
      return;
    }
    const done = (made: Resource, to: Move) => {
      notify('good', said(to, made.version));
      for (const warning of made.warnings ?? []) notify('bad', `${warning.at}: ${warning.message}`);
      onSaved?.(made);
    };
    await editing.move(to, { confirm, done, ...(newId ? { newId } : {}) });
  };
  // What fields undo is theirs; saving is meant wherever the cursor is.
  useHotkeys([['mod+S', () => mayEdit && !busy && (dirty || editing.isNew) && void go('saved')]], [], true);
  useHotkeys(
    [
      ['mod+Z', editing.undo],
      ['mod+shift+Z', editing.redo],
    ],
    ['INPUT', 'TEXTAREA'],
  );
  // What needs it, when something does: then it is asked once more.
  const [needed, setNeeded] = useState<ApiProblem | null>(null);
  const archive = async () => {
    const query = needed ? { confirm: true } : {};
    try {
      await data(api.POST('/api/v1/resources/{kind}/{id}/archive', { params: { path: { kind, id }, query } }));
      const was = saved.data;
      const { notifyUndo } = await import('@/ui/notifyUndo');
      notifyUndo(t('Archived; its versions are kept.'), async () => {
        const { restore } = await import('@/features/archive/restore');
        // What had an effect has it again, as far as nothing was drafted after it.
        if (was) await restore(kind, was, was.status === 'live');
      });
      setOpen(null);
      onArchived?.();
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'needs_confirmation') setNeeded(error);
      else notifyError(error);
    }
  };
  const isLive = saved.data?.status === 'live';
  const inReview = saved.data?.status === 'review';
  const standing = saved.data && (
    <>
      <Status of={saved.data.status} />
      {saved.data.approved_by && !dirty && <Tag tone="good">{t('Approved by {who}', { who: saved.data.approved_by })}</Tag>}
    </>
  );
  if (!mayEdit) return standing;
  // Nobody approves what they wrote themselves.
  const mayApprove = inReview && !dirty && !saved.data?.approved_by && saved.data?.created_by !== session.data?.actor;
  return (
    <>
      {standing}
      <Group gap={4}>
        <ActionIcon variant="default" size="lg" aria-label={t('Undo')} disabled={!editing.canUndo} onClick={editing.undo}>
          <IconArrowBackUp size={18} />
        </ActionIcon>
        <ActionIcon variant="default" size="lg" aria-label={t('Redo')} disabled={!editing.canRedo} onClick={editing.redo}>
          <IconArrowForwardUp size={18} />
        </ActionIcon>
      </Group>
      <Button variant="default" disabled={!spec || (!dirty && !editing.isNew)} loading={busy} onClick={() => void go('saved')}>
        {t('Save draft')}
      </Button>
      {mayApprove && (
        <Button variant="default" loading={busy} onClick={() => void go('approved')}>
          {t('Approve')}
        </Button>
      )}
      <Button disabled={!spec || (!dirty && isLive)} loading={busy} onClick={() => void go('live')}>
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
            {inReview && !dirty ? (
              <Menu.Item onClick={() => void go('draft')}>{t('Back to draft')}</Menu.Item>
            ) : (
              <Menu.Item disabled={isLive && !dirty} onClick={() => void go('review')}>
                {t('Ask for review')}
              </Menu.Item>
            )}
            <Menu.Item disabled={!dirty} onClick={editing.discard}>
              {t('Discard changes')}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item
              color="red"
              onClick={() => {
                setNeeded(null);
                setOpen('archive');
              }}
            >
              {t('Archive…')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <Suspense>{open === 'versions' && <Versions kind={kind} id={id} close={() => setOpen(null)} restore={(s) => editing.change(s)} />}</Suspense>
      <Modal opened={open === 'archive'} onClose={() => setOpen(null)} title={t('Archive this?')}>
        <Stack>
          <Text size="sm">{t('It has no effect any more. Its versions stay and can be brought back.')}</Text>
          {needed && (
            <>
              <Text size="sm">{t('What needs it and will not work without it:')}</Text>
              <ul style={{ margin: 0, paddingInlineStart: 18 }}>
                {needed.items.map((item) => (
                  <li key={item.at}>
                    <Text size="sm" component="span">
                      {item.at.replace(/spec\./, '')}
                    </Text>
                  </li>
                ))}
              </ul>
            </>
          )}
          <Button color="red" onClick={() => void archive()}>
            {needed ? t('Archive anyway') : t('Archive')}
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
            <Button loading={busy} onClick={() => void go('live', true)}>
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

/** What came of a move, in a line. */
function said(to: Move, version: number): string {
  switch (to) {
    case 'live':
      return t('Version {n} is live', { n: version });
    case 'approved':
      return t('Version {n} is approved and can go live', { n: version });
    case 'review':
      return t('It waits for review now.');
    case 'draft':
      return t('It is a draft again.');
    default:
      return t('Saved as version {n}', { n: version });
  }
}

/** What is wrong with what was to be saved; what another member has to approve first is no fault, and says so. */
export function ResourceProblem({ editing }: { editing: Editing }) {
  const { error, saved, dirty } = editing;
  if (!(error instanceof ApiProblem) || error.code !== 'needs_approval') return <Problem error={error} />;
  const waits = saved.data?.status === 'review' && !dirty;
  return (
    <Alert color="yellow" variant="outline" icon={<IconUserCheck />} title={t('Another member has to approve this first')} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {waits
            ? t('It waits for review: a member who did not write this version opens it here and approves it. Then it can go live.')
            : t('Ask for review; a member who did not write this version opens it here and approves it. Then it can go live.')}
        </Text>
        {!waits && (
          <Button size="xs" variant="default" loading={editing.busy} onClick={() => void editing.askForReview()}>
            {t('Ask for review')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
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
