import { ActionIcon, Button, Menu, Stack, Text } from '@mantine/core';
import { IconPlus, IconRowInsertBottom } from '@tabler/icons-react';
import { useState } from 'react';
import { t } from '@/i18n';
import { PickDocument } from '@/resources/PickDocument';
import { nameOf } from '@/resources/ResourceList';
import { useResources } from '@/resources/useResources';
import { FormModal } from '@/ui/FormModal';
import { PALETTE, type Palette } from './blocks';
import type { Piece } from './place';

/** What can be put in. */
export function AddBlock({ add }: { add: (piece: Piece) => void }) {
  const shared = useResources('block', undefined, 'live');
  const [finding, setFinding] = useState(false);
  const render = (id: string) => add({ level: 'content', make: () => `{% render '${id}' %}` });
  const group = (level: Palette['level'], title: string) => (
    <>
      <Menu.Label>{title}</Menu.Label>
      {PALETTE.filter((p) => p.level === level).map((p) => (
        <Menu.Item key={p.id} onClick={() => add(p)}>
          {t(p.title)}
          <Text size="xs" c="dimmed">
            {t(p.what)}
          </Text>
        </Menu.Item>
      ))}
    </>
  );
  return (
    <>
      <Menu withinPortal position="bottom-start" width={300}>
        <Menu.Target>
          <ActionIcon variant="filled" size="lg" w="auto" px="sm" aria-label={t('Add a block')}>
            <IconPlus size={16} />
            <Text span size="sm" fw={600} ml={6}>
              {t('Add a block')}
            </Text>
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
          {group('content', t('Content'))}
          {group('section', t('Rows'))}
          {(shared.data?.length ?? 0) > 0 && <Menu.Label>{t('Shared blocks')}</Menu.Label>}
          {(shared.data ?? []).map((block) => (
            <Menu.Item key={block.id} leftSection={<IconRowInsertBottom size={14} />} onClick={() => render(block.id)}>
              {nameOf(block)}
            </Menu.Item>
          ))}
          {shared.more.has && <Menu.Item onClick={() => setFinding(true)}>{t('Another shared block…')}</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      {finding && <FindBlock render={render} close={() => setFinding(false)} />}
    </>
  );
}

/** One of more blocks than a menu has room for. */
function FindBlock({ render, close }: { render: (id: string) => void; close: () => void }) {
  const [id, setId] = useState('');
  const add = () => {
    render(id);
    close();
  };
  return (
    <FormModal onClose={close} title={t('Shared block')}>
      <Stack>
        <PickDocument kind="block" status="live" label={t('Block')} value={id} change={setId} data-autofocus />
        <Button disabled={!id} onClick={add}>
          {t('Add')}
        </Button>
      </Stack>
    </FormModal>
  );
}
