/** Short messages where people meet them: a telephone's lock screen, a browser, a page, a conversation. */
import { Stack, Text } from '@mantine/core';
import type { Schemas } from '@/api/client';
import type { Spec } from '@/resources/useResource';
import { t } from '@/i18n';
import { InApp } from './InApp';
import { Push, WebPush } from './Push';
import { Sms } from './Sms';

export interface Shown {
  content: Spec;
  device: string;
  dark: boolean;
  /** What a text message takes and costs. */
  sms?: Schemas['SmsView'] | null | undefined;
}

export function ChannelPreview({ channel, ...shown }: Shown & { channel: string }) {
  switch (channel) {
    case 'sms':
      return <Sms {...shown} />;
    case 'push':
      return <Push {...shown} />;
    case 'webpush':
      return <WebPush {...shown} />;
    case 'inapp':
      return <InApp {...shown} />;
    case 'webhook':
      return (
        <pre className="pre mono" tabIndex={0}>
          {JSON.stringify(shown.content, null, 2)}
        </pre>
      );
    default:
      return <Chat {...shown} />;
  }
}

/** What messengers and calls have in common. */
function Chat({ content }: Shown) {
  const text = (name: string) => (typeof content[name] === 'string' ? content[name] : '');
  const template = content.template as { name?: string; parameters?: string[] } | undefined;
  return (
    <Stack gap={4} align="center">
      <div className="bubble" dir="auto">
        {text('title') && <b>{text('title')}</b>}
        {text('title') && <br />}
        {text('body') || text('say') || (template ? `${template.name ?? ''}: ${(template.parameters ?? []).join(', ')}` : '')}
      </div>
      {template && (
        <Text size="xs" c="dimmed">
          {t('The words of an approved template are kept by its provider.')}
        </Text>
      )}
    </Stack>
  );
}
