/** What the delivery gate would say of a message that nobody has sent yet. */
import { Alert, Anchor, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { dateTime, t } from '@/i18n';
import { saw } from './grounds';
import { detailOf, REASONS } from './reasons';

type Said = Schemas['MessageCheck'];

const COLOURS: Record<string, string> = { send: 'teal', skip: 'red', defer: 'yellow' };

function titleOf(said: Said): string {
  if (said.decision === 'send') return t('It would leave at once');
  if (said.decision === 'defer') return t('It would wait until {when}', { when: dateTime(said.until ?? '') });
  return t('It would not be sent');
}

/** What the rules saw; where that has no words, what the reason is about, or the server's own. */
function sentencesOf(said: Said): string[] {
  const seen = saw(said.decision === 'send' ? null : said.rule, said.values);
  if (seen.length > 0 || said.decision === 'send') return seen;
  const reason = REASONS[said.reason ?? ''];
  return [...(reason ? [t(reason.what)] : []), ...(said.detail ? [detailOf(said.detail)] : [])];
}

export function GateSays({ said }: { said: Said }) {
  const reason = REASONS[said.reason ?? ''];
  return (
    <Alert variant="outline" color={COLOURS[said.decision] ?? 'gray'} title={titleOf(said)} role="status">
      <Stack gap={4}>
        {reason && said.rule !== 'channel' && <Text size="sm">{t(reason.title)}</Text>}
        {sentencesOf(said).map((sentence) => (
          <Text key={sentence} size="sm" c="dimmed" dir="auto">
            {sentence}
          </Text>
        ))}
        {said.rule === 'channel' && (
          <Anchor component={Link} to="/settings" search={{ tab: 'channels' } as never} size="sm">
            {t('Add a channel')}
          </Anchor>
        )}
      </Stack>
    </Alert>
  );
}
