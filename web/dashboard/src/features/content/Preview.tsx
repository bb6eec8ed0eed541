/** A message as somebody will see it: for a customer, on a device, in the light or the dark. */
import { Alert, Group, Paper, SegmentedControl, Stack, Tabs, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { ApiProblem, api, data } from '@/api/client';
import { t } from '@/i18n';
import type { Spec } from '@/resources/useResource';
import { Loaded, Loading, Problem } from '@/ui/bits';
import { MailCanvas } from './email/MailCanvas';
import { marked, type Path } from './email/mjml';
import { PickCustomer } from './PickCustomer';

const ChannelPreview = lazy(() => import('./previews/ChannelPreview').then((m) => ({ default: m.ChannelPreview })));

/** The width of a usual telephone, pixels. */
const PHONE_WIDTH = 375;

export function Preview({ spec, chosen = null, choose }: { spec: Spec; chosen?: Path | null; choose?: ((path: Path) => void) | undefined }) {
  const [profile, setProfile] = useState<string | null>(null);
  const [device, setDevice] = useState('desk');
  const [mode, setMode] = useState('light');
  const channel = String(spec.channel ?? 'email');
  const email = channel === 'email';
  // An unfinished message is shown all the same.
  const whole = { ...spec, name: spec.name || 'preview', ...(email ? { subject: spec.subject || ' – ' } : {}), ...(choose && typeof spec.mjml === 'string' ? { mjml: marked(spec.mjml) } : {}) };
  const [asked] = useDebouncedValue(JSON.stringify(whole), 300);
  const preview = useQuery({
    queryKey: ['templates', 'preview', asked, profile],
    queryFn: ({ signal }) => data(api.POST('/api/v1/templates/preview', { body: { spec: JSON.parse(asked), data: {}, ...(profile ? { profile } : {}) } as never, signal })),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const broken = preview.error instanceof ApiProblem && preview.data === undefined;
  const switches = (
    <Group gap="xs">
      <SegmentedControl
        size="xs"
        aria-label={t('Device')}
        value={device}
        onChange={setDevice}
        data={[
          { value: 'desk', label: t('Desk') },
          { value: 'phone', label: t('Telephone') },
        ]}
      />
      <SegmentedControl
        size="xs"
        aria-label={t('Light or dark')}
        value={mode}
        onChange={setMode}
        data={[
          { value: 'light', label: t('Light') },
          { value: 'dark', label: t('Dark') },
        ]}
      />
    </Group>
  );
  return (
    <Paper withBorder p="md" component="section" aria-label={t('Preview')}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-end">
          <div style={{ flex: 1, minWidth: 180, maxWidth: 320 }}>
            <PickCustomer label={t('As seen by')} value={profile} onChange={setProfile} />
          </div>
          {switches}
        </Group>
        {preview.error && <Problem error={preview.error} />}
        {!broken && (
          <Loaded query={preview}>
            {(p) =>
              p.content ? (
                <Suspense fallback={<Loading />}>
                  <ChannelPreview channel={channel} content={p.content as Spec} device={device} dark={mode === 'dark'} sms={p.sms} />
                </Suspense>
              ) : (
                <Tabs defaultValue="html" keepMounted={false}>
                  <Tabs.List>
                    <Tabs.Tab value="html">{t('Mail')}</Tabs.Tab>
                    <Tabs.Tab value="text">{t('Text part')}</Tabs.Tab>
                  </Tabs.List>
                  <Tabs.Panel value="html">
                    <div className="mail-head" data-phone={device === 'phone' || undefined}>
                      <Text fw={600} dir="auto">
                        {p.subject}
                      </Text>
                      {typeof spec.preheader === 'string' && (
                        <Text size="xs" c="dimmed" truncate dir="auto">
                          {spec.preheader}
                        </Text>
                      )}
                    </div>
                    <MailCanvas title={t('The mail')} html={p.html} width={device === 'phone' ? PHONE_WIDTH : undefined} dark={mode === 'dark'} chosen={chosen} choose={choose} />
                  </Tabs.Panel>
                  <Tabs.Panel value="text" pt="xs">
                    <pre className="pre" dir="auto" tabIndex={0}>
                      {p.text}
                    </pre>
                  </Tabs.Panel>
                </Tabs>
              )
            }
          </Loaded>
        )}
        {!preview.error && profile && (preview.data?.missing.length ?? 0) > 0 && (
          <Alert variant="outline" color="yellow" title={t('Empty for this customer')}>
            <Text size="sm">{[...new Set(preview.data?.missing.map((m) => m.name))].join(', ')}</Text>
          </Alert>
        )}
      </Stack>
    </Paper>
  );
}
