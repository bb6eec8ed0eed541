import { Paper, Title } from '@mantine/core';
import type { Schemas } from '@/api/client';
import { number, t } from '@/i18n';
import { Tag } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import { rate } from './rate';

/** Of one version: decided, sent, opened, clicked, reached the goal after it. */
type Numbers = [number, number, number, number, number];

/** How each version does. */
export function Variants({ of }: { of: Schemas['CampaignView'] }) {
  const rows = Object.entries(of.messages as unknown as Record<string, Numbers>);
  return (
    <Paper withBorder p="md" component="section" aria-label={t('Versions')}>
      <Title order={2} size="h5" mb="xs">
        {t('How the messages did')}
      </Title>
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
          ...(rows.some(([, [, , , , reached]]) => reached > 0) ? [{ title: t('Reached the goal'), cell: ([, [, sent, , , reached]]: [string, Numbers]) => rate(reached, sent), kind: 'num' as const }] : []),
        ]}
      />
    </Paper>
  );
}
