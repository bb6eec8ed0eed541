import { ActionIcon, Menu, Text } from '@mantine/core';
import { IconPlus, IconRowInsertBottom } from '@tabler/icons-react';
import { t } from '@/i18n';
import { PALETTE, type Palette } from './blocks';
import type { Piece } from './place';

/** What can be put in. */
export function AddBlock({ add, saved }: { add: (piece: Piece) => void; saved: { id: string; name: string }[] }) {
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
        {saved.length > 0 && <Menu.Label>{t('Shared blocks')}</Menu.Label>}
        {saved.map((block) => (
          <Menu.Item key={block.id} leftSection={<IconRowInsertBottom size={14} />} onClick={() => add({ level: 'content', make: () => `{% render '${block.id}' %}` })}>
            {block.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
