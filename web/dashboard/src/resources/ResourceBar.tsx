/** What can be done with a document: undo, save, publish, its versions; and its conflicts and problems. */
import { ActionIcon, Alert, Button, Group, Menu, Modal, Stack, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconArrowBackUp, IconArrowForwardUp, IconDots, IconUserCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { ApiProblem, api, data, sessionQuery } from '@/api/client';
import { t, tn } from '@/i18n';
import { Problem, Status, Tag } from '@/ui/bits';
import { notify, notifyError } from '@/ui/notify';
import { saidOfItem } from '@/ui/said';
import { unfinished } from '@/ui/unfinished';
import { DiffView } from './DiffView';
import { nextId } from './slug';
import type { Editing, Move, Resource } from './useResource';

const Versions = lazy(() => import('./Versions').then((m) => ({ default: m.Versions })));

export function ResourceBar({
  kind,
  id,
  editing,
  newId,
  single = false,
  onSaved,
  onOther,
  onArchived,
  block,
}: {
  kind: string;
  id: string;
  editing: Editing;
  newId?: string;
  /** There is only one document of the kind, which has the id `newId`. */
  single?: boolean;
  /** Told what was saved; a new document then has an address of its own. */
  onSaved?: (saved: Resource) => void;
  /** Goes to another document whose id a new one was to have; as to what was saved, unless said otherwise. */
  onOther?: (other: Resource) => void;
  onArchived?: () => void;
  /** Why it cannot be saved yet. */
  block?: string | undefined;
}) {
  const session = useQuery(sessionQuery);
  const { mayEdit } = editing;
  const [open, setOpen] = useState<'versions' | null>(null);
  const { spec, saved, dirty, busy } = editing;
  const go = async (to: Move, confirm = false) => {
    const why = block ?? unfinished();
    if (why) {
      notify('bad', why);
      return;
    }
    const done = (made: Resource, to: Move) => {
      notify('good', said(to, made.version));
      for (const warning of made.warnings ?? []) notify('bad', `${warning.at}: ${saidOfItem(warning)}`);
      onSaved?.(made);
    };
    await editing.move(to, { confirm, single, done, ...(newId ? { newId } : {}) });
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
  // It can be taken back, so nobody is asked; but for what needs it and would not work meanwhile.
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
      setNeeded(null);
      onArchived?.();
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'needs_confirmation') setNeeded(error);
      else notifyError(error);
    }
  };
  const discard = async () => {
    const back = editing.discard();
    const { notifyUndo } = await import('@/ui/notifyUndo');
    notifyUndo(t('Your changes are discarded.'), async () => back());
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
      {editing.isNew ? (
        <Button variant="subtle" disabled={!dirty} onClick={() => void discard()}>
          {t('Begin anew')}
        </Button>
      ) : (
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
            <Menu.Item disabled={!dirty} onClick={() => void discard()}>
              {t('Discard changes')}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item color="red" onClick={() => void archive()}>
              {t('Archive')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <Suspense>{open === 'versions' && <Versions kind={kind} id={id} close={() => setOpen(null)} restore={(s) => editing.change(s)} />}</Suspense>
      <Modal opened={needed !== null} onClose={() => setNeeded(null)} zIndex={400} title={t('Archive {name}?', { name: String(spec?.name ?? id) })}>
        <Stack>
          <Text size="sm">{tn(needed?.items.length ?? 0, 'One document needs it and will not work without it:', '{n} documents need it and will not work without it:')}</Text>
          <ul style={{ margin: 0, paddingInlineStart: 18 }}>
            {(needed?.items ?? []).map((item) => (
              <li key={item.at}>
                <Text size="sm" component="span">
                  {item.at.replace(/spec\./, '')}
                </Text>
              </li>
            ))}
          </ul>
          <Group>
            <Button color="red" onClick={() => void archive()}>
              {t('Archive anyway')}
            </Button>
            <Button variant="default" onClick={() => setNeeded(null)} data-autofocus>
              {t('Cancel')}
            </Button>
          </Group>
        </Stack>
      </Modal>
      <ConflictModal editing={editing} />
      <TakenModal kind={kind} editing={editing} open={onOther ?? onSaved} />
      <Modal opened={editing.doubts !== null} zIndex={400} onClose={editing.closeDoubts} size="lg" title={t('Is this meant?')}>
        <Stack>
          <ul style={{ margin: 0, paddingInlineStart: 18 }}>
            {(editing.doubts?.items ?? []).map((item) => (
              <li key={`${item.at} ${item.message}`}>
                <Text size="sm" component="span">
                  <code>{item.at.replace(/^spec\./, '')}</code>: {saidOfItem(item)}
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

/** That a draft goes on that was left behind; and what is wrong with what was to be saved. */
export function ResourceProblem({ editing }: { editing: Editing }) {
  return (
    <>
      {editing.isResumed && <Resumed editing={editing} />}
      <Refusal editing={editing} />
    </>
  );
}

function Resumed({ editing }: { editing: Editing }) {
  const name = String(editing.spec?.name ?? '');
  return (
    <Alert color="cyan" variant="outline" role="status" title={t('You did not save this yet')}>
      <Group gap="sm">
        <Text size="sm" dir="auto">
          {!editing.isNew ? t('You changed it here before, and go on with that.') : name ? t('You began “{name}” here before, and go on with that.', { name }) : t('You began one here before, and go on with that.')}
        </Text>
        <button type="button" className="text-button" onClick={() => editing.discard()}>
          {editing.isNew ? t('Begin anew') : t('Discard changes')}
        </button>
      </Group>
    </Alert>
  );
}

/** What is wrong with what was to be saved; what another member has to approve first is no fault, and says so. */
function Refusal({ editing }: { editing: Editing }) {
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
    <Modal opened={conflict?.taken === false} zIndex={400} onClose={editing.closeConflict} size="xl" title={t('Somebody else saved meanwhile')}>
      {conflict?.taken === false && (
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

/** What is new was to have the id of another document: that one stays as it is. */
function TakenModal({ kind, editing, open }: { kind: string; editing: Editing; open: ((theirs: Resource) => void) | undefined }) {
  const { conflict } = editing;
  const theirs = conflict?.taken ? conflict.theirs : null;
  const free = theirs && nextId(theirs.id, kind === 'computed_trait' ? '_' : '-');
  return (
    <Modal opened={theirs !== null} zIndex={400} onClose={editing.closeConflict} title={t('There is one with this id')}>
      {theirs && free && (
        <Stack>
          <Text size="sm" dir="auto">
            {t('“{name}” has the id {id}. It stays as it is; yours needs another id.', { name: String(theirs.spec.name ?? theirs.id), id: theirs.id })}
            {theirs.status === 'archived' && ` ${t('It is archived.')}`}
          </Text>
          <Group>
            <Button loading={editing.busy} onClick={() => void editing.saveAs(free)} data-autofocus>
              {t('Save it as {id}', { id: free })}
            </Button>
            {open && (
              <Button variant="default" onClick={() => open(theirs)}>
                {t('Look at the other one')}
              </Button>
            )}
            <Button variant="subtle" onClick={editing.closeConflict}>
              {t('Go on editing')}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
