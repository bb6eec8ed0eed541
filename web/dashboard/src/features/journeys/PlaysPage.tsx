import { Card, SimpleGrid, Text, Title, UnstyledButton } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { ApiProblem } from '@/api/client';
import { segmentsQuery } from '@/api/queries';
import { t } from '@/i18n';
import { useNamer } from '@/resources/names';
import { put } from '@/resources/put';
import { notify, notifyError } from '@/ui/notify';
import { Page } from '@/ui/Page';
import type { JourneySpec } from './graph';
import { begun, type Play, PLAYS } from './plays';
import { triggerSummary } from './registry';

/** What to begin with, for the members of `segment` when it is given. Plays with a trigger this server does not know are left out. */
export function Plays({ choose, triggers, segment: own }: { choose: (spec: JourneySpec) => void; triggers: string[]; segment?: string | undefined }) {
  const client = useQueryClient();
  /** Makes what a play begins with, unless it is there; says so when it was made. */
  const prepare = async ({ segment }: Play) => {
    if (!segment || own) return;
    try {
      const known = await client.fetchQuery(segmentsQuery);
      if (known.items.some((s) => s.id === segment.id)) return;
      const { id, description, rule } = segment;
      await put('segment', id, { name: t(segment.name), description: t(description), rule }, { version: 0, publish: true });
      await client.invalidateQueries({ queryKey: ['segments'] });
      notify('good', t('The segment “{name}” was made for it.', { name: t(segment.name) }));
    } catch (problem) {
      // Somebody drafts one of that id: theirs stays, and the check of the journey says that it is not live.
      if (!(problem instanceof ApiProblem && problem.status === 412)) notifyError(problem);
    }
  };
  const named = useNamer();
  const possible = PLAYS.filter((p) => Object.keys(p.spec.trigger).every((k) => triggers.includes(k)));
  return (
    <Page title={t('New journey')} crumbs={[{ title: t('Journeys'), to: '/journeys' }]} intro={t('Begin with a common play and make it your own.')}>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {possible.map((play) => (
          <UnstyledButton key={play.id} onClick={() => {
              void prepare(play);
              choose({ ...begun(play, own), name: play.spec.name ? t(play.spec.name) : t('New journey') });
            }}>
            <Card withBorder h="100%">
              <Title order={2} size="h4">
                {t(play.title)}
              </Title>
              <Text size="sm" mt={4}>
                {t(play.what)}
              </Text>
              <Text size="xs" c="dimmed" mt="xs">
                {triggerSummary(begun(play, own).trigger, (kind, id) => (id === play.segment?.id ? t(play.segment.name) : named(kind, id)))}
                {play.segment && !own && ` · ${t('brings the segment when there is none')}`}
              </Text>
            </Card>
          </UnstyledButton>
        ))}
      </SimpleGrid>
    </Page>
  );
}
