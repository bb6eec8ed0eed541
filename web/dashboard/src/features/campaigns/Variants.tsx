import { Anchor, Group, Paper, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { number, t } from '@/i18n';
import { Tag } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import { groupsOf } from '@/features/insights/lift';
import { rate } from './rate';

/** Of one version: decided, sent, opened, clicked. */
type Numbers = [number, number, number, number];

/** How each version does, and the way to the lift. */
export function Variants({ of }: { of: Schemas['CampaignView'] }) {
  const rows = Object.entries(of.messages as unknown as Record<string, Numbers>);
  const journey = `campaign/${of.id}`;
  const lift = { ...groupsOf(journey), goal: { event: 'Order Completed' }, window: '7d' };
  return (
    <Paper withBorder p="md" component="section" aria-label={t('Versions')}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {t('How the messages did')}
        </Title>
        {of.held_out > 0 && (
          <Anchor component={Link} to="/insights/$kind" params={{ kind: 'lift' } as never} search={{ r: JSON.stringify(lift) } as never} size="sm">
            {t('What it brought: lift against the control group')}
          </Anchor>
        )}
      </Group>
      <DataTable<[string, Numbers]>
        caption={t('How the messages did')}
        rows={rows}
        id={([name]) => name}
        columns={[
          {
            title: t('Version'),
            cell: ([name]) => (
              <>
                <b>{name}</b> {of.winner === name && <Tag tone="good">{t('won')}</Tag>}
              </>
            ),
          },
          { title: t('Decided'), cell: ([, [decided]]) => number(decided), kind: 'num', wideOnly: true },
          { title: t('Sent'), cell: ([, [, sent]]) => number(sent), kind: 'num' },
          { title: t('Opened'), cell: ([, [, sent, opened]]) => rate(opened, sent), kind: 'num' },
          { title: t('Clicked'), cell: ([, [, sent, , clicked]]) => rate(clicked, sent), kind: 'num' },
        ]}
      />
    </Paper>
  );
}
