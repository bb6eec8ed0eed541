/** A message as somebody will see it: for a customer, in a language, with what began it, on a device, in the light or the dark. */
import { Alert, Group, Paper, SegmentedControl, Stack, Tabs, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { ApiProblem, api, data } from '@/api/client';
import { t } from '@/i18n';
import type { Spec } from '@/resources/useResource';
import { Loaded, Loading, Problem } from '@/ui/bits';
import { useSearchState } from '@/ui/useSearchState';
import { MailCanvas } from './email/MailCanvas';
import { marked, type Path } from './email/mjml';
import { PickCustomer } from './PickCustomer';
import { LanguageField, SampleFields } from './SampleFields';
import type { Values } from './sample';

const ChannelPreview = lazy(() => import('./previews/ChannelPreview').then((m) => ({ default: m.ChannelPreview })));

/** The width of a usual telephone, pixels. */
const PHONE_WIDTH = 375;

interface Props {
  spec: Spec;
  /** What a template of this id is given beside the customer. */
  sample?: { template: string; values: Values; change: (values: Values) => void };
  chosen?: Path | null;
  choose?: ((path: Path) => void) | undefined;
}

export function Preview({ spec, sample, chosen = null, choose }: Props) {
  const [search, setSearch] = useSearchState();
  const profile = search.as ?? null;
  const device = search.device === 'phone' ? 'phone' : 'desk';
  const mode = search.mode === 'dark' ? 'dark' : 'light';
  const channel = String(spec.channel ?? 'email');
  const email = channel === 'email';
  // An unfinished message is shown all the same.
  const whole = { ...spec, name: spec.name || 'preview', ...(email ? { subject: spec.subject || ' – ' } : {}), ...(choose && typeof spec.mjml === 'string' ? { mjml: marked(spec.mjml) } : {}) };
  const locale = search.locale ?? null;
  const strict = search.strict === 'yes';
  const [asked] = useDebouncedValue(JSON.stringify({ spec: whole, data: sample?.values ?? {} }), 300);
  const preview = useQuery({
    queryKey: ['templates', 'preview', asked, profile, locale, strict],
    queryFn: ({ signal }) => data(api.POST('/api/v1/templates/preview', { body: { ...JSON.parse(asked), ...(profile ? { profile } : {}), ...(locale ? { locale } : {}), strict } as never, signal })),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const given = Object.keys(sample?.values ?? {}).length > 0;
  // What nobody has written yet is no mistake.
  const items = preview.error instanceof ApiProblem ? preview.error.items : [];
  const lacking = items.every((item) => item.code === 'required') ? items.map((item) => (item.at ?? '').replace(/^spec\./, '')) : [];
  const broken = preview.error instanceof ApiProblem && preview.data === undefined;
  const switches = (
    <Group gap="xs">
      <SegmentedControl
        size="xs"
        aria-label={t('Device')}
        value={device}
        onChange={(v) => setSearch({ device: v === 'desk' ? undefined : v })}
        data={[
          { value: 'desk', label: t('Desk') },
          { value: 'phone', label: t('Telephone') },
        ]}
      />
      <SegmentedControl
        size="xs"
        aria-label={t('Light or dark')}
        value={mode}
        onChange={(v) => setSearch({ mode: v === 'light' ? undefined : v })}
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
            <PickCustomer label={t('As seen by')} value={profile} onChange={(id) => setSearch({ as: id ?? undefined })} />
          </div>
          <LanguageField spec={spec} value={locale} onChange={(next) => setSearch({ locale: next ?? undefined })} />
          {switches}
        </Group>
        {sample && <SampleFields template={sample.template} profile={profile} values={sample.values} onChange={sample.change} strict={{ on: strict, change: (on) => setSearch({ strict: on ? 'yes' : undefined }) }} />}
        {lacking.length > 0 && (
          <Text size="sm" c="dimmed" role="status">
            {t('The preview comes once this is there: {what}.', { what: lacking.join(', ') })}
          </Text>
        )}
        {preview.error && lacking.length === 0 && <Problem error={preview.error} />}
        {!broken && (
          <Loaded query={preview}>
            {(p) =>
              p.content ? (
                <Suspense fallback={<Loading />}>
                  <ChannelPreview channel={channel} content={p.content as Spec} device={device} dark={mode === 'dark'} sms={p.sms} />
                </Suspense>
              ) : (
                <Tabs value={search.part === 'text' ? 'text' : 'html'} onChange={(part) => setSearch({ part: part === 'text' ? 'text' : undefined })} keepMounted={false}>
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
        {!preview.error && (profile || given) && (preview.data?.missing.length ?? 0) > 0 && (
          <Alert variant="outline" color="yellow" title={profile ? t('Empty for this customer') : t('Empty with these values')}>
            <Text size="sm">{[...new Set(preview.data?.missing.map((m) => m.name))].join(', ')}</Text>
          </Alert>
        )}
      </Stack>
    </Paper>
  );
}
