/** The rungs of the ladder: those everybody has, or a team's own, lowest first. */
import { ActionIcon, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { t } from '@/i18n';
import { RuleField } from '@/rules/RuleField';
import type { Request } from './kinds';

interface Rung {
  name: string;
  rule?: string;
}

const MOST = 12;

export function LadderForm({ request, set }: { request: Request; set: (next: Request) => void }) {
  const rungs = (Array.isArray(request.rungs) ? request.rungs : []) as Rung[];
  const put = (next: Rung[]) => set({ ...request, rungs: next.length > 0 ? next : undefined });
  const change = (i: number, part: Partial<Rung>) => put(rungs.map((r, j) => (j === i ? { ...r, ...part } : r)));
  if (rungs.length === 0) {
    return (
      <Stack gap="xs">
        <Text size="sm">{t('Unaware, informed, enticed, active, reciprocating, advocate: by what customers did lately.')}</Text>
        <Button size="xs" variant="default" w="fit-content" onClick={() => put([{ name: t('Known') }, { name: t('Active'), rule: 'events().within("30d").exists()' }])}>
          {t('Use rungs of your own')}
        </Button>
      </Stack>
    );
  }
  return (
    <fieldset className="fieldset">
      <legend>{t('Rungs, lowest first')}</legend>
      <Stack gap="sm">
        {rungs.map((rung, i) => (
          <Stack key={i} gap={4}>
            <Group wrap="nowrap" align="flex-end" gap={4}>
              <TextInput label={t('Rung {n}', { n: i + 1 })} value={rung.name} onChange={(e) => change(i, { name: e.currentTarget.value })} style={{ flex: 1 }} />
              {i > 0 && (
                <ActionIcon variant="subtle" color="gray" mb={6} aria-label={t('Remove {what}', { what: rung.name || t('Rung {n}', { n: i + 1 }) })} onClick={() => put(rungs.filter((_, j) => j !== i))}>
                  <IconTrash size={16} />
                </ActionIcon>
              )}
            </Group>
            {i === 0 ? (
              <Text size="xs" c="dimmed">
                {t('Whoever has an event and stands on no higher one.')}
              </Text>
            ) : (
              <RuleField label={t('Stands here when')} value={rung.rule ?? ''} onChange={(rule) => change(i, { rule })} />
            )}
          </Stack>
        ))}
        <Group gap="xs">
          {rungs.length < MOST && (
            <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => put([...rungs, { name: t('Rung {n}', { n: rungs.length + 1 }), rule: '' }])}>
              {t('Add a rung')}
            </Button>
          )}
          <Button size="xs" variant="default" onClick={() => put([])}>
            {t('The usual ones')}
          </Button>
        </Group>
      </Stack>
    </fieldset>
  );
}
