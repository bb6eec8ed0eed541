/** The members of a segment written to a file by schedule, and the files there are. */
import { Anchor, Button, Grid, Stack, TagsInput, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, data, includes, type Schemas, sessionQuery } from '@/api/client';
import { catalogueQuery } from '@/api/queries';
import { number, t } from '@/i18n';
import { DurationInput } from '@/rules/ConditionFields';
import { parseDuration, printDuration } from '@/rules/print';
import { Empty, Loaded, When } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import { Section } from '@/ui/Section';

/** How often members are written out, and with which traits. */
export interface SegmentExport {
  every: string;
  traits?: string[];
}

/** The shortest time between two files, milliseconds. */
const LEAST_MS = 15 * 60_000;

export function Exports({ segment, value, set, live }: { segment: string; value: SegmentExport | undefined; set: (next: SegmentExport | undefined) => void; live: boolean }) {
  const traits = Object.keys(useQuery(catalogueQuery).data?.traits ?? {});
  const mayRead = includes(useQuery(sessionQuery).data?.role, 'editor');
  return (
    <Grid gap="lg">
      <Grid.Col span={{ base: 12, md: 6 }}>
        {value ? (
          <Stack>
            <DurationInput label={t('A file every')} ms={parseDuration(value.every) ?? 0} change={(ms) => set({ ...value, every: printDuration(Math.max(ms, LEAST_MS)) })} />
            <TagsInput
              label={t('Traits')}
              description={t('Columns beside the identifiers; as little as is needed.')}
              data={traits}
              maxTags={100}
              value={value.traits ?? []}
              onChange={(list) => set({ every: value.every, ...(list.length > 0 ? { traits: list } : {}) })}
            />
            <Text size="sm" c="dimmed">
              {t('It begins with the next publishing. A file is a CSV with a row a member; the newest thirty are kept.')}
            </Text>
            <Button variant="default" w="fit-content" onClick={() => set(undefined)}>
              {t('Write no more files')}
            </Button>
          </Stack>
        ) : (
          <Empty title={t('No file is written by schedule')} action={<Button onClick={() => set({ every: '1d' })}>{t('Write a file every day')}</Button>}>
            {t('The members as a CSV file, as often as you like, for a program that fetches it.')}
          </Empty>
        )}
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Section title={t('Files')}>
          {live && mayRead ? (
            <Files segment={segment} />
          ) : (
            <Text size="sm" c="dimmed">
              {live ? t('Editors can fetch them.') : t('There are none before it is live.')}
            </Text>
          )}
        </Section>
      </Grid.Col>
    </Grid>
  );
}

function Files({ segment }: { segment: string }) {
  const files = useQuery({
    queryKey: ['segments', segment, 'exports'],
    queryFn: ({ signal }) => data(api.GET('/api/v1/segments/{id}/exports', { params: { path: { id: segment } }, signal })),
    refetchInterval: 30_000,
  });
  return (
    <>
      <Loaded query={files} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('None was written yet.')}
            </Text>
          ) : (
            <DataTable<Schemas['ExportFile']>
              caption={t('Files')}
              rows={items}
              id={(f) => f.name}
              columns={[
                { title: t('Written'), cell: (f) => <When at={f.at} />, kind: 'short' },
                { title: t('Size'), cell: (f) => t('{n} KB', { n: number(Math.ceil(f.bytes / 1024)) }), kind: 'short' },
                {
                  title: t('File'),
                  cell: (f) => (
                    <Anchor size="sm" href={`/api/v1/segments/${segment}/exports/${encodeURIComponent(f.name)}`} download={`${segment}-${f.name}`} style={{ overflowWrap: 'anywhere' }}>
                      {f.name}
                    </Anchor>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      <Anchor size="sm" href={`/api/v1/segments/${segment}/export`} download={`${segment}.csv`}>
        {t('Download the members of now')}
      </Anchor>
    </>
  );
}
