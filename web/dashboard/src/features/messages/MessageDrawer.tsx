/** What became of one message: every station, why it was not sent, and trying again. */
import { Alert, Anchor, Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, data, includes, type Schemas, sessionQuery } from '@/api/client';
import { dateTime, t } from '@/i18n';
import { Named, useNames } from '@/resources/names';
import { Loaded, Problem, Status, Tag, type Tone } from '@/ui/bits';
import { notify } from '@/ui/notify';
import { useCall } from '@/ui/useCall';
import { saw } from './grounds';
import { detailOf, REASONS, STATIONS } from './reasons';

type Message = Schemas['MessageView'];

const TONES: Record<string, Tone> = { skipped: 'warn', failed: 'bad', bounced: 'bad', complained: 'bad', delivered: 'good', opened: 'good', clicked: 'good', converted: 'good', sent: 'good' };

/** Why messages are skipped that can be sent again once somebody mended the cause. */
const MENDABLE = new Set(['provider_rejected', 'invalid_template']);

export function MessageDrawer({ message: m, close }: { message: Message; close: () => void }) {
  const session = useQuery(sessionQuery);
  const timeline = useQuery({
    queryKey: ['messages', m.id, 'timeline'],
    queryFn: ({ signal }) => data(api.GET('/api/v1/messages/{id}/timeline', { params: { path: { id: m.id } }, signal })),
    refetchInterval: 3_000,
  });
  const template = useNames('template');
  const again = useCall([['messages'], ['profiles', m.profile]], () => notify('good', t('It is in the queue again.')));
  const last = timeline.data?.items.findLast((p) => ['queued', 'sent', 'skipped', 'failed', 'deferred'].includes(p.what));
  const status = last?.what ?? m.status;
  const reason = m.reason ? REASONS[m.reason] : undefined;
  const tryAgain = includes(session.data?.role, 'editor') && (
    <Button mt="xs" size="xs" loading={again.busy} onClick={() => void again.run(() => data(api.POST('/api/v1/messages/{id}/replay', { params: { path: { id: m.id } } })))}>
      {t('Try again')}
    </Button>
  );
  return (
    <Drawer opened onClose={close} position="right" size="md" title={m.subject ?? template(m.template)}>
      <Stack>
        <Group gap="xs">
          <Status of={status} />
          <Text size="sm" c="dimmed">
            {t(m.channel)}
            {m.journey && (
              <>
                {' · '}
                <Named kind="journey" id={m.journey} size="sm" />
              </>
            )}
            {m.step && ` · ${m.step}`}
          </Text>
        </Group>
        {reason && (
          <Alert variant="outline" color="yellow" title={t(reason.title)}>
            <Text size="sm">{t(reason.what)}</Text>
            {m.detail && (
              <Text size="sm" mt={4} dir="auto">
                {detailOf(m.detail)}
              </Text>
            )}
            {status === 'skipped' && MENDABLE.has(m.reason ?? '') && tryAgain}
          </Alert>
        )}
        {status === 'failed' && (
          <Alert variant="outline" color="red" title={t('Given up after {n} attempts', { n: m.attempts })}>
            <Text size="sm" dir="auto">
              {detailOf(m.detail)}
            </Text>
            {tryAgain}
          </Alert>
        )}
        <Problem error={again.error} />
        <Loaded query={timeline} rows={3}>
          {(page) => (
            <ol className="timeline" aria-label={t('What became of it')}>
              {page.items.map((p, i) => (
                <li key={`${p.what} ${p.at} ${i}`}>
                  <Text size="sm">
                    <Tag tone={TONES[p.what] ?? 'plain'}>{t(STATIONS[p.what]?.title ?? p.what)}</Tag>{' '}
                    <time dateTime={p.at}>{dateTime(p.at)}</time>
                  </Text>
                  {p.detail && (
                    <Text size="xs" c="dimmed" dir="auto" style={{ overflowWrap: 'anywhere' }}>
                      {detailOf(p.detail)}
                    </Text>
                  )}
                  {saw(p.rule, p.values).map((sentence) => (
                    <Text key={sentence} size="xs" c="dimmed" dir="auto">
                      {sentence}
                    </Text>
                  ))}
                </li>
              ))}
            </ol>
          )}
        </Loaded>
        <Group gap="md">
          <Anchor size="sm" component={Link} to="/customers/$id" params={{ id: m.profile } as never}>
            {t('The customer')}
          </Anchor>
          {m.journey && (
            <Anchor size="sm" component={Link} to="/journeys/$id" params={{ id: m.journey } as never} search={{ tab: 'why', who: m.profile } as never}>
              {t('Why did the journey decide so?')}
            </Anchor>
          )}
        </Group>
      </Stack>
    </Drawer>
  );
}
