import { Anchor, Card, Code, SimpleGrid, Text, Title } from '@mantine/core';
import { t } from '@/i18n';

/** Everything, to take along. */
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
      </SimpleGrid>
      <Text size="sm" mt="md">
        {t('The events also lie as plain Parquet under the data directory: DuckDB, Spark or pandas read them as they are.')}
      </Text>
      <Code block mt="xs" tabIndex={0}>{"duckdb -c \"select count(*) from 'rapport-data/lake/**/*.parquet'\""}</Code>
    </>
  );
}
