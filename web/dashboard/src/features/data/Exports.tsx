import { Anchor, Button, Card, Code, SimpleGrid, Stack, TagsInput, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { catalogueQuery } from '@/api/queries';
import { t } from '@/i18n';
import { PickDocument } from '@/resources/PickDocument';

/** What is here, to take along: everything, or the members of a segment as a table. */
export function Exports() {
  const files = [
    ['/api/v1/exports/profiles', 'profiles.ndjson', t('Every customer'), t('A customer a line, with all identifiers, traits and consents.')],
    ['/api/v1/exports/events', 'events.ndjson', t('Every event'), t('An event a line, customer by customer.')],
  ] as const;
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {files.map(([href, name, title, what]) => (
          <Card withBorder key={href}>
            <Title order={2} size="h5">
              {title}
            </Title>
            <Text size="sm">{what}</Text>
            <Anchor href={href} download={name}>
              {t('Download as JSON lines')}
            </Anchor>
          </Card>
        ))}
        <Members />
      </SimpleGrid>
      <Text size="sm" mt="md">
        {t('The events also lie as plain Parquet under the data directory: DuckDB, Spark or pandas read them as they are.')}
      </Text>
      <Code block mt="xs" tabIndex={0}>{"duckdb -c \"select count(*) from 'rapport-data/lake/**/*.parquet'\""}</Code>
    </>
  );
}

/** The members of a segment as CSV, with the traits that are wanted. */
function Members() {
  const traits = Object.keys(useQuery(catalogueQuery).data?.traits ?? {});
  const [segment, setSegment] = useState('');
  const [chosen, setChosen] = useState<string[]>([]);
  const query = chosen.length > 0 ? `?traits=${encodeURIComponent(chosen.join(','))}` : '';
  return (
    <Card withBorder>
      <Title order={2} size="h5">
        {t('The customers of a segment')}
      </Title>
      <Stack gap="xs">
        <Text size="sm">{t('A table for a spreadsheet: a row a member, with the traits you choose.')}</Text>
        <PickDocument kind="segment" status="live" label={t('Segment')} value={segment} change={setSegment} />
        <TagsInput label={t('Traits')} data={traits} value={chosen} onChange={setChosen} />
        <Button
          w="fit-content"
          variant="default"
          {...(segment ? { component: 'a' as const, href: `/api/v1/segments/${segment}/export${query}`, download: `${segment}.csv` } : { disabled: true })}
        >
          {t('Download as CSV')}
        </Button>
      </Stack>
    </Card>
  );
}
