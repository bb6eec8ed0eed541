/** A step that goes by what became of a message of the run. */
import { Select, Stack, Text } from '@mantine/core';
import { t } from '@/i18n';
import { actionOf } from '../graph';
import { lean, object, type Obj, type StepProps, text } from './common';

export function MessageForm({ step, change, spec }: StepProps) {
  const message = object(step.message);
  const put = (part: Obj) => change({ ...step, message: { ...lean({ ...message, ...part }), is: part.is ?? message.is ?? 'opened' } });
  const sends = spec.steps.filter((s) => actionOf(s) === 'send').map((s) => s.id);
  const about = text(message.step);
  return (
    <Stack gap="sm">
      <Select
        label={t('Which message')}
        description={t('Of this run alone: what other journeys sent does not count.')}
        placeholder={t('Any of this run')}
        clearable
        data={[...new Set([...sends, about])].filter(Boolean)}
        value={about || null}
        onChange={(id) => put({ step: id ?? undefined })}
      />
      <Select
        label={t('Came so far that it was')}
        allowDeselect={false}
        data={[
          { value: 'decided', label: t('decided') },
          { value: 'sent', label: t('sent') },
          { value: 'opened', label: t('opened') },
          { value: 'clicked', label: t('clicked') },
        ]}
        value={text(message.is) || 'opened'}
        onChange={(is) => put({ is })}
      />
      <Text size="xs" c="dimmed">
        {t('Each includes those before it: a click counts as an open. It is asked at once, so put a wait before it. Who has not come so far takes the second way.')}
      </Text>
    </Stack>
  );
}
