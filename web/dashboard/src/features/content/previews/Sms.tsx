/** A text message in its conversation, and what it costs. */
import { Group, Stack, Text } from '@mantine/core';
import type { Schemas } from '@/api/client';
import { t, tn } from '@/i18n';
import { Tag } from '@/ui/bits';
import type { Shown } from './ChannelPreview';
import { Phone } from './Phone';

export function Sms({ content, dark, sms: s }: Shown) {
  const body = typeof content.body === 'string' ? content.body : '';
  const media = (Array.isArray(content.media) ? content.media : []).filter((m): m is string => typeof m === 'string');
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
          <Cost of={s} />
        </Stack>
      )}
    </Stack>
  );
}

const amount = (price: Schemas['SmsPrice']) => `${price.amount} ${price.currency}`.trim();

/** What one message costs: to this customer, or by country. */
function Cost({ of: s }: { of: Schemas['SmsView'] }) {
  if (s.price) return <Text size="sm">{t('To {country} it costs {amount}', { country: s.price.country, amount: amount(s.price) })}</Text>;
  return (
    <>
      {s.country ? (
        <Text size="sm">{t('What it costs to {country} is not known: the channel names no price', { country: s.country })}</Text>
      ) : (
        s.prices.length === 0 && <Text size="sm">{t('What it costs is not known: no channel names a price')}</Text>
      )}
      {s.prices.length > 0 && (
        <Text size="sm" c="dimmed">
          {t('It costs')} {s.prices.map((p) => `${p.country === '*' ? t('elsewhere') : p.country} ${amount(p)}`).join(' · ')}
        </Text>
      )}
    </>
  );
}
