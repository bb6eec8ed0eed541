/** A text message in its conversation, and what it costs. */
import { Group, Stack, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { t, tn } from '@/i18n';
import { Tag } from '@/ui/bits';
import type { Shown } from './ChannelPreview';
import { Phone } from './Phone';

export function Sms({ content, dark }: Shown) {
  const body = typeof content.body === 'string' ? content.body : '';
  const media = (Array.isArray(content.media) ? content.media : []).filter((m): m is string => typeof m === 'string');
  const count = useQuery({
    queryKey: ['sms', body],
    queryFn: ({ signal }) => data(api.POST('/api/v1/sms/segments', { body: { body }, signal })),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const s = count.data;
  return (
    <Stack align="center" gap="sm">
      <Phone dark={dark} bare label={t('Text message: {body}', { body })}>
        <div className="sms">
          {media.map((url) => (
            <img key={url} className="sms-picture" src={url} alt="" />
          ))}
          <div className="sms-bubble" dir="auto">
            {body}
          </div>
        </div>
      </Phone>
      {s && (
        <Stack gap={4} align="center" role="status">
          <Group gap="xs">
            <Tag tone={s.segments > 1 ? 'warn' : 'good'}>{tn(s.segments, 'One message is paid for', '{n} messages are paid for')}</Tag>
            <Tag>{s.encoding === 'gsm7' ? t('GSM alphabet') : t('Unicode')}</Tag>
          </Group>
          <Text size="sm" c="dimmed">
            {t('{units} used, {left} left in the last one', { units: s.units, left: s.left })}
          </Text>
          {s.foreign.length > 0 && (
            <Text size="sm">
              {t('These make it dearer:')} <code>{s.foreign.join(' ')}</code>
            </Text>
          )}
        </Stack>
      )}
    </Stack>
  );
}
