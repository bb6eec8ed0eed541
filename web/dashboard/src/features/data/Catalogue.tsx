import { Anchor, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { catalogueQuery } from '@/api/queries';
import { number, t } from '@/i18n';
import { Loaded, When } from '@/ui/bits';
import { DataTable } from '@/ui/DataTable';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { Find } from '@/ui/Find';
import { NoRows } from '@/ui/NoRows';

/** Every event ever seen with its properties, and every trait. */
export function Catalogue() {
  const [search] = useSearchState();
  const [text, setText] = useSearchText('q');
  const catalogue = useQuery(catalogueQuery);
  const q = (search.q ?? '').toLowerCase();
  return (
    <Stack>
      <Find label={t('Find events')} placeholder={t('Event, property or trait')} value={text} change={setText} />
      <Loaded query={catalogue}>
        {(c) => {
          const rows = c.events.filter((e) => `${e.name} ${Object.keys(e.properties).join(' ')}`.toLowerCase().includes(q));
          const traits = Object.entries(c.traits).filter(([name]) => name.toLowerCase().includes(q));
          return rows.length + traits.length === 0 ? (
            <NoRows narrowed={q !== ''} clear={() => setText('')} title={t('Nothing was seen yet')}>
              {t('Every event, property and trait that arrives is listed here.')}
            </NoRows>
          ) : (
            <>
              <DataTable<Schemas['EventEntry']>
                caption={t('Events')}
                rows={rows}
                id={(e) => e.name}
                columns={[
                  {
                    title: t('Event'),
                    cell: (e) => (
                      <>
                        <Anchor component={Link} to="/insights/$kind" params={{ kind: 'trend' } as never} search={{ r: JSON.stringify({ series: [{ event: e.name, measure: 'events' }], unit: 'day' }) } as never} dir="auto">
                          {e.name}
                        </Anchor>
                        <Text size="xs" c="dimmed">
                          {Object.entries(e.properties)
                            .map(([name, kinds]) => `${name}: ${kinds.join(' | ')}`)
                            .join(', ')}
                        </Text>
                      </>
                    ),
                  },
                  {
                    title: t('How often'),
                    cell: (e) => (
                      <Anchor component={Link} to="/data" search={{ q: e.name } as never} aria-label={t('{name}: {n}, the newest of them', { name: e.name, n: e.count })}>
                        {number(e.count)}
                      </Anchor>
                    ),
                    kind: 'num',
                  },
                  { title: t('Last seen'), cell: (e) => <When at={e.last_seen} />, kind: 'short', wideOnly: true },
                ]}
              />
              <DataTable<[string, string[]]>
                caption={t('Traits')}
                rows={traits}
                id={([name]) => name}
                columns={[
                  {
                    title: t('Trait'),
                    // Whoever has it.
                    cell: ([name]) => (
                      <Anchor component={Link} to="/customers" search={{ trait: name, op: 'has' } as never} title={t('The customers who have it')}>
                        <code>traits.{name}</code>
                      </Anchor>
                    ),
                  },
                  { title: t('Types seen'), cell: ([, kinds]) => kinds.join(' | ') },
                ]}
              />
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
}
