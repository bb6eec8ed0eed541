/** A page behind a link as somebody of a language sees it, drawn by the server from what is written here. */
import { Group, Paper, SegmentedControl, Select, Stack, Text, useComputedColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api, data } from '@/api/client';
import { t } from '@/i18n';
import { languageName } from '@/i18n/tags';
import type { Spec } from '@/resources/useResource';
import { Loading, Problem } from '@/ui/bits';
import { framed } from '@/ui/MailFrame';
import type { PageShown } from './model';
import { nameOfPage } from './names';

interface Props {
  pages: readonly PageShown[];
  page: string;
  choose: (page: string) => void;
  spec: Spec;
  language: string;
}

export function PagePreview({ pages, page, choose, spec, language }: Props) {
  const own = useComputedColorScheme('light');
  const [mode, setMode] = useState<'light' | 'dark' | null>(null);
  const [asked] = useDebouncedValue(JSON.stringify({ page, language, spec }), 250);
  const shown = useQuery({
    queryKey: ['pages', 'preview', asked],
    queryFn: ({ signal }) => data(api.POST('/api/v1/pages/preview', { body: JSON.parse(asked) as never, signal })),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const html = shown.data?.html;
  const source = useMemo(() => (html === undefined ? null : framed(html, false)), [html]);
  const scheme = mode ?? own;
  return (
    <Paper withBorder p="md" component="section" aria-label={t('Preview')}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-end">
          <Select label={t('Page')} allowDeselect={false} style={{ flex: 1, minWidth: 180 }} data={pages.map((x) => ({ value: x.id, label: nameOfPage(x.id) }))} value={page} onChange={(next) => next && choose(next)} />
          <SegmentedControl
            size="xs"
            aria-label={t('Light or dark')}
            value={scheme}
            onChange={(next) => setMode(next === 'dark' ? 'dark' : 'light')}
            data={[
              { value: 'light', label: t('Light') },
              { value: 'dark', label: t('Dark') },
            ]}
          />
        </Group>
        <Problem error={shown.error} />
        {!shown.error && source === null && <Loading />}
        {!shown.error && source !== null && (
          <iframe
            title={t('{page} in {language}', { page: nameOfPage(page), language: languageName(language) })}
            className="page-frame"
            // A page is light or dark as its surroundings are.
            style={{ colorScheme: scheme }}
            srcDoc={source}
            sandbox=""
          />
        )}
        <Text size="xs" c="dimmed">
          {t('Company, colour, logo and topics are yours; nobody’s data is in it, and its buttons do nothing.')}
        </Text>
      </Stack>
    </Paper>
  );
}
