import { Code, Group, Text } from '@mantine/core';
import { CopyButton } from './CopyButton';

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
        <CopyButton value={value} what={name} size="compact-xs" variant="default" />
      </Group>
      {hint && (
        <Text size="xs" c="dimmed">
          {hint}
        </Text>
      )}
    </div>
  );
}
