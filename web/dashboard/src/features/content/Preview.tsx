/** A message as somebody will see it: for a customer, on a device, in the light or the dark. */
import { Alert, Group, Paper, SegmentedControl, Stack, Tabs, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiProblem, api, data } from '@/api/client';
import { t } from '@/i18n';
import type { Spec } from '@/resources/useResource';
import { Loaded, Problem } from '@/ui/bits';
import { MailFrame } from '@/ui/MailFrame';
import { PickCustomer } from './PickCustomer';

export function Preview({ spec }: { spec: Spec }) {
  const [profile, setProfile] = useState<string | null>(null);
  const [width, setWidth] = useState('wide');
  const [mode, setMode] = useState('light');
  const channel = String(spec.channel ?? 'email');
  // An unfinished message is shown all the same.
  const [asked] = useDebouncedValue({ ...spec, name: spec.name || 'preview', ...(channel === 'email' ? { subject: spec.subject || ' – ' } : {}) }, 400);
  const preview = useQuery({
    queryKey: ['templates', 'preview', JSON.stringify(asked), profile],
    queryFn: async ({ signal }) => {
      const body = { spec: asked, data: {}, ...(profile ? { profile } : {}) };
      return data(api.POST('/api/v1/templates/preview', { body: body as never, signal }));
    },
    placeholderData: keepPreviousData,
    retry: false,
  });
  const broken = preview.error instanceof ApiProblem && preview.data === undefined;
  const shown = preview.data as { subject?: string; html?: string; text?: string; title?: string; body?: string; html_bytes?: number } | undefined;
  return (
    <Paper withBorder p="md" component="section" aria-label={t('Preview')}>
      <Stack gap="sm">
        <PickCustomer label={t('As seen by')} value={profile} onChange={setProfile} />
        {preview.error && <Problem error={preview.error} />}
        {!broken && (
          <Loaded query={{ ...preview, data: shown }}>
            {(p) => (
              <>
                <Text fw={600} dir="auto">
                  {p.subject ?? p.title ?? ''}
                </Text>
                {p.html === undefined ? (
                  <Bubble channel={channel} text={p.body ?? p.text ?? ''} />
                ) : (
                  <Tabs defaultValue="html" keepMounted={false}>
                    <Tabs.List>
                      <Tabs.Tab value="html">{t('Mail')}</Tabs.Tab>
                      <Tabs.Tab value="text">{t('Text part')}</Tabs.Tab>
                    </Tabs.List>
                    <Tabs.Panel value="html" pt="xs">
                      <Group gap="xs" mb="xs">
                        <SegmentedControl
                          size="xs"
                          aria-label={t('Device')}
                          value={width}
                          onChange={setWidth}
                          data={[
                            { value: 'wide', label: t('Desk') },
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
                      <MailFrame title={t('The mail')} html={p.html} width={width === 'phone' ? 375 : '100%'} dark={mode === 'dark'} />
                      {p.html.length > 102 * 1024 && (
                        <Alert variant="outline" color="yellow" mt="xs">
                          {t('Gmail cuts mails longer than 102 KB; this one has {n} KB.', { n: Math.round(p.html.length / 1024) })}
                        </Alert>
                      )}
                    </Tabs.Panel>
                    <Tabs.Panel value="text" pt="xs">
                      <pre className="pre" dir="auto" tabIndex={0}>
                        {p.text}
                      </pre>
                    </Tabs.Panel>
                  </Tabs>
                )}
              </>
            )}
          </Loaded>
        )}
      </Stack>
    </Paper>
  );
}

/** A short message as telephones show it. */
function Bubble({ channel, text }: { channel: string; text: string }) {
  return (
    <Stack gap={4} align="center">
      <div className="bubble" dir="auto">
        {text}
      </div>
      {channel === 'sms' && (
        <Text size="xs" c="dimmed">
          {t('{n} characters', { n: text.length })}
        </Text>
      )}
    </Stack>
  );
}
