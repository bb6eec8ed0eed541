/** Another system that is told who enters and leaves a segment. */
import { Alert, Anchor, Button, Code, Grid, Select, Stack, TagsInput, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { catalogueQuery, channelsQuery } from '@/api/queries';
import { t } from '@/i18n';
import { Empty, Loaded } from '@/ui/bits';
import { Section } from '@/ui/Section';
import { type SegmentWebhook, sample } from './crossing';

export function Webhook({ segment, value, set }: { segment: string; value: SegmentWebhook | undefined; set: (next: SegmentWebhook | undefined) => void }) {
  const channels = useQuery(channelsQuery);
  const traits = Object.keys(useQuery(catalogueQuery).data?.traits ?? {});
  return (
    <Loaded query={channels} rows={3}>
      {({ items }) => {
        const live = items.filter((c) => c.kind === 'webhook').map((c) => c.id);
        if (!value) {
          const [first] = live;
          return (
            <Empty
              title={t('No other system is told')}
              action={
                first ? (
                  <Button onClick={() => set({ channel: first })}>{t('Tell another system')}</Button>
                ) : (
                  <Anchor component={Link} to="/settings" search={{ tab: 'channels' } as never} size="sm" ta="center">
                    {t('It needs a live channel of kind webhook: add one in the settings.')}
                  </Anchor>
                )
              }
            >
              {t('A CRM, an ad platform or a program of yours can be called each time somebody enters or leaves this segment.')}
            </Empty>
          );
        }
        const put = (part: Partial<SegmentWebhook>) => {
          const { on, traits: list, channel } = { ...value, ...part };
          set({ channel, ...(on ? { on } : {}), ...(list?.length ? { traits: list } : {}) });
        };
        const known = live.includes(value.channel);
        return (
          <Grid gap="lg">
            <Grid.Col span={{ base: 12, md: 6 }}>
              <Stack>
                {!known && (
                  <Alert variant="outline" color="yellow">
                    {t('There is no live channel {name} of kind webhook.', { name: value.channel })}
                  </Alert>
                )}
                <Select
                  label={t('Channel')}
                  description={t('Its address is called, its secret signs.')}
                  allowDeselect={false}
                  data={known ? live : [...live, value.channel]}
                  value={value.channel}
                  onChange={(channel) => channel && put({ channel })}
                />
                <Select
                  label={t('Told')}
                  allowDeselect={false}
                  data={[
                    { value: 'both', label: t('who enters and who leaves') },
                    { value: 'entered', label: t('who enters') },
                    { value: 'exited', label: t('who leaves') },
                  ]}
                  value={value.on ?? 'both'}
                  onChange={(on) => put({ on: on === 'entered' || on === 'exited' ? on : undefined })}
                />
                <TagsInput
                  label={t('Traits')}
                  description={t('Told beside the identifiers; as little as the other system needs.')}
                  data={traits}
                  maxTags={100}
                  value={value.traits ?? []}
                  onChange={(list) => put({ traits: list })}
                />
                <Button variant="default" w="fit-content" onClick={() => set(undefined)}>
                  {t('Tell nobody any more')}
                </Button>
              </Stack>
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 6 }}>
              <Section title={t('What is sent')}>
                <Code block tabIndex={0} aria-label={t('What is sent')}>
                  {JSON.stringify(sample(segment, value), null, 2)}
                </Code>
                <Text size="sm" c="dimmed">
                  {t('One POST for each customer and crossing, signed by Standard Webhooks with the channel’s secret: webhook-id, webhook-timestamp and webhook-signature in the header. Without a secret it is not signed.')}
                </Text>
                <Text size="sm" c="dimmed">
                  {t('What is not taken is tried again for 6 hours; what failed after that is on the customer’s timeline as Segment Webhook Failed.')}
                </Text>
              </Section>
            </Grid.Col>
          </Grid>
        );
      }}
    </Loaded>
  );
}
