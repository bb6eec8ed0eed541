/** What the delivery gate would say of a message that nobody has sent yet. */
import { Alert, Stack, Text } from '@mantine/core';
import type { Schemas } from '@/api/client';
import { dateTime, t } from '@/i18n';
import { saw } from './grounds';
import { detailOf, REASONS } from './reasons';

const COLOURS: Record<string, string> = { send: 'teal', skip: 'red', defer: 'yellow' };

function titleOf(said: Schemas['MessageCheck']): string {
  if (said.decision === 'send') return t('It would leave at once');
  if (said.decision === 'defer') return t('It would wait until {when}', { when: dateTime(said.until ?? '') });
  return t(REASONS[said.reason ?? '']?.title ?? 'It would not leave');
}

export function GateSays({ said }: { said: Schemas['MessageCheck'] }) {
  const sentences = saw(said.decision === 'send' ? null : said.rule, said.values);
  const reason = said.decision === 'skip' ? REASONS[said.reason ?? ''] : undefined;
  return (
    <Alert variant="outline" color={COLOURS[said.decision] ?? 'gray'} title={titleOf(said)} role="status">
      <Stack gap={4}>
        {reason && <Text size="sm">{t(reason.what)}</Text>}
        {(sentences.length > 0 || !said.detail ? sentences : [detailOf(said.detail)]).map((sentence) => (
          <Text key={sentence} size="xs" c="dimmed" dir="auto">
            {sentence}
          </Text>
        ))}
      </Stack>
    </Alert>
  );
}
