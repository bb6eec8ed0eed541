/** What a list is narrowed by, each to be taken away. */
import { Group, Pill } from '@mantine/core';
import { t } from '@/i18n';

export interface Chip {
  text: string;
  remove: () => void;
}

export function Chips({ of }: { of: Chip[] }) {
  if (of.length === 0) return null;
  return (
    <Group gap="xs" role="group" aria-label={t('Filters')}>
      {of.map((chip) => (
        <Pill key={chip.text} size="md" className="chip" withRemoveButton onRemove={chip.remove} removeButtonProps={{ 'aria-label': t('Remove {filter}', { filter: chip.text }), tabIndex: 0, 'aria-hidden': false }}>
          <span dir="auto">{chip.text}</span>
        </Pill>
      ))}
    </Group>
  );
}
