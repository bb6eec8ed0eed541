import { Code, Group, Stack, Tabs } from '@mantine/core';
import { t } from '@/i18n';
import { useResources } from '@/resources/useResources';
import { CopyButton } from '@/ui/CopyButton';
import { SNIPPETS } from './snippets';

/** How to send events with a key, for each kind of program, ready to copy. */
export function Snippets({ writeKey }: { writeKey: string }) {
  const url = window.location.origin;
  const channels = useResources('channel').data;
  const inapp = channels?.some((c) => c.live_version && c.spec.kind === 'inapp') ?? false;
  return (
    <Tabs defaultValue={SNIPPETS[0]?.id ?? ''} keepMounted={false}>
      <Tabs.List>
        {SNIPPETS.map((s) => (
          <Tabs.Tab key={s.id} value={s.id}>
            {t(s.title)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {SNIPPETS.map((s) => (
        <Tabs.Panel key={s.id} value={s.id} pt="xs">
          <Stack gap="xs">
            <Code block tabIndex={0}>
              {s.code(url, writeKey, inapp)}
            </Code>
            <Group>
              <CopyButton value={s.code(url, writeKey, inapp)} size="xs" variant="default" />
            </Group>
          </Stack>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
