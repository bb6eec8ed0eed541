/** Everything by keyboard: pages, things to do, customers, and every document by its name. */
import { Group, Kbd, Modal, ScrollArea, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useId, useState } from 'react';
import { placeOfId } from '@/features/insights/saved';
import { t } from '@/i18n';
import { notifyError } from '@/ui/notify';
import type { Entry } from './found';
import { useEntries } from './useEntries';

export function Palette({ close }: { close: () => void }) {
  const navigate = useNavigate();
  const list = useId();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const [q] = useDebouncedValue(text.trim(), 150);
  const { entries, isSearching, error } = useEntries(q);
  const at = Math.min(chosen, Math.max(0, entries.length - 1));
  const go = (entry: Entry | undefined) => {
    if (!entry) return;
    close();
    if (entry.saved) void placeOfId(entry.saved).then((place) => navigate(place as never), notifyError);
    else void navigate({ href: entry.to });
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setChosen(Math.min(at + 1, entries.length - 1));
    else if (event.key === 'ArrowUp') setChosen(Math.max(at - 1, 0));
    else if (event.key === 'Enter') go(entries[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal opened onClose={close} withCloseButton={false} padding="xs" size="lg" yOffset="10vh" attributes={{ content: { 'aria-label': t('Search or do…') } }}>
      <Stack gap="xs">
        <TextInput
          data-autofocus
          role="combobox"
          aria-expanded
          aria-controls={list}
          aria-activedescendant={entries[at] ? `${list}-${at}` : undefined}
          aria-label={t('Search or do…')}
          placeholder={t('A page, a customer, a segment, a report…')}
          leftSection={<IconSearch size={18} />}
          value={text}
          onChange={(e) => {
            setText(e.currentTarget.value);
            setChosen(0);
          }}
          onKeyDown={key}
        />
        <ScrollArea.Autosize mah="50vh">
          <div role="listbox" id={list} aria-label={t('Results')}>
            {entries.map((entry, i) => (
              <UnstyledButton
                key={entry.key}
                id={`${list}-${i}`}
                role="option"
                aria-selected={i === at}
                tabIndex={-1}
                w="100%"
                px="sm"
                py={6}
                onClick={() => go(entry)}
                onMouseMove={() => setChosen(i)}
                style={{ borderRadius: 6, ...(i === at ? { background: 'var(--mantine-color-default-hover)' } : {}) }}
              >
                <Group justify="space-between" wrap="nowrap">
                  <Text size="sm" truncate dir="auto">
                    {entry.title}
                    {entry.hint && entry.hint !== entry.title && (
                      <Text span size="xs" c="dimmed" ml={8}>
                        {entry.hint}
                      </Text>
                    )}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {entry.group}
                  </Text>
                </Group>
              </UnstyledButton>
            ))}
          </div>
          {error ? (
            <Text p="sm" size="sm" c="red" role="alert">
              {t('Customers and documents could not be searched: {why}. Type on to try again.', { why: error instanceof Error ? error.message : String(error) })}
            </Text>
          ) : (
            entries.length === 0 && (
              <Text p="sm" size="sm" c="dimmed" role="status">
                {isSearching ? t('Loading') : t('Nothing was found.')}
              </Text>
            )
          )}
        </ScrollArea.Autosize>
        <Text size="xs" c="dimmed">
          <Kbd size="xs">↑</Kbd> <Kbd size="xs">↓</Kbd> <Kbd size="xs">Enter</Kbd>
        </Text>
      </Stack>
    </Modal>
  );
}
