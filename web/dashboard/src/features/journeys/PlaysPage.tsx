import { Card, SimpleGrid, Text, Title, UnstyledButton } from '@mantine/core';
import { t } from '@/i18n';
import { Page } from '@/ui/Page';
import type { JourneySpec } from './graph';
import { PLAYS } from './plays';
import { triggerSummary } from './registry';

/** What to begin with. Plays with a trigger this server does not know are left out. */
export function Plays({ choose, triggers }: { choose: (spec: JourneySpec) => void; triggers: string[] }) {
  const possible = PLAYS.filter((p) => Object.keys(p.spec.trigger).every((k) => triggers.includes(k)));
  return (
    <Page title={t('New journey')} crumbs={[{ title: t('Journeys'), to: '/journeys' }]} intro={t('Begin with a common play and make it your own.')}>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {possible.map((play) => (
          <UnstyledButton key={play.id} onClick={() => choose(structuredClone({ ...play.spec, name: play.spec.name || t('New journey') }))}>
            <Card withBorder h="100%">
              <Title order={2} size="h4">
                {t(play.title)}
              </Title>
              <Text size="sm" mt={4}>
                {t(play.what)}
              </Text>
              <Text size="xs" c="dimmed" mt="xs">
                {triggerSummary(play.spec.trigger)}
              </Text>
            </Card>
          </UnstyledButton>
        ))}
      </SimpleGrid>
    </Page>
  );
}
