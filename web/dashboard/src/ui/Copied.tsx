import { Button, Code, CopyButton, Group, Text } from '@mantine/core';
import { t } from '@/i18n';

/** A text to take elsewhere: what it is, and a button that copies it. */
export function Copied({ name, value, hint }: { name: string; value: string; hint?: string }) {
  return (
    <div>
      <Text size="sm" fw={500}>
        {name}
      </Text>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Code tabIndex={0} style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap', flex: 1, minWidth: 0 }}>
          {value}
        </Code>
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" aria-label={t('Copy {what}', { what: name })} onClick={copy}>
              {copied ? t('Copied') : t('Copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
      {hint && (
        <Text size="xs" c="dimmed">
          {hint}
        </Text>
      )}
    </div>
  );
}
