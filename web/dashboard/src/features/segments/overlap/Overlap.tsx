/** How segments overlap: an UpSet plot, each bar those in exactly these segments, and the way to a segment of them. */
import { Anchor, MultiSelect, Paper, SimpleGrid, Stack, Text, VisuallyHidden } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, data } from '@/api/client';
import { segmentsQuery } from '@/api/queries';
import { number, percent, t } from '@/i18n';
import { Empty, Figure, Loaded } from '@/ui/bits';
import { useSearchState } from '@/ui/useSearchState';
import { ruleOf, shareOf } from './overlap';

const MOST = 5;

export function Overlap() {
  const [search, change] = useSearchState();
  const segments = useQuery(segmentsQuery);
  const all = segments.data?.items ?? [];
  const chosen = (search.s ?? '').split(',').filter((id) => all.some((s) => s.id === id));
  const found = useQuery({
    queryKey: ['segments', 'overlap', ...chosen],
    queryFn: ({ signal }) => data(api.POST('/api/v1/segments/overlap', { body: { segments: chosen }, signal })),
    enabled: chosen.length >= 2,
    placeholderData: keepPreviousData,
  });
  const name = (id: string) => all.find((s) => s.id === id)?.name || id;
  return (
    <Stack>
      <MultiSelect
        label={t('Segments to compare')}
        description={t('Two to five.')}
        searchable
        clearable
        maxValues={MOST}
        data={all.map((s) => ({ value: s.id, label: s.name || s.id }))}
        value={chosen}
        onChange={(next) => change({ s: next.join(',') || undefined })}
      />
      {chosen.length < 2 ? (
        <Empty title={t('Choose two segments')}>{t('You see who is in both, who only in one, and can make a segment of any of these groups.')}</Empty>
      ) : (
        <Loaded query={found}>
          {(o) => {
            const asked = Object.keys(o.sizes);
            const most = Math.max(1, ...o.intersections.map((i) => i.count));
            const both = o.intersections.filter((i) => i.segments.length === asked.length).reduce((sum, i) => sum + i.count, 0);
            return (
              <>
                <SimpleGrid cols={{ base: 2, sm: 3 }}>
                  <Figure name={t('In at least one')} value={number(o.union)} />
                  <Figure name={t('In all of them')} value={number(both)} hint={percent(shareOf(both, o.union))} />
                  <Figure name={t('In exactly one')} value={number(o.intersections.filter((i) => i.segments.length === 1).reduce((sum, i) => sum + i.count, 0))} />
                </SimpleGrid>
                <Paper withBorder p="md" className="table-scroll" tabIndex={0} role="region" aria-label={t('Overlap')}>
                  <table className="upset">
                    <caption>
                      <VisuallyHidden>{t('Overlap')}</VisuallyHidden>
                    </caption>
                    <thead>
                      <tr>
                        <th scope="col">{t('Customers')}</th>
                        {asked.map((id) => (
                          <th key={id} scope="col">
                            <Anchor component={Link} to="/segments/$id" params={{ id } as never} size="sm" dir="auto">
                              {name(id)}
                            </Anchor>
                            <Text size="xs" c="dimmed">
                              {number(o.sizes[id] ?? 0)}
                            </Text>
                          </th>
                        ))}
                        <th scope="col">{t('Do')}</th>
                      </tr>
                    </thead>
                    <tbody>
                      {o.intersections.map((i) => (
                        <tr key={i.segments.join()}>
                          <td>
                            <div className="upset-bar">
                              <span style={{ width: `${(i.count / most) * 100}%` }} />
                              <b>{number(i.count)}</b>
                              <small>{percent(shareOf(i.count, o.union))}</small>
                            </div>
                          </td>
                          {asked.map((id) => (
                            <td key={id} className="upset-dot" data-in={i.segments.includes(id) || undefined}>
                              <span role="img" aria-label={i.segments.includes(id) ? t('in') : t('not in')} />
                            </td>
                          ))}
                          <td>
                            <Anchor size="sm" component={Link} to="/segments/new" search={{ rule: ruleOf(i.segments, asked) } as never}>
                              {t('Make a segment')}
                            </Anchor>
                          </td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </Paper>
              </>
            );
          }}
        </Loaded>
      )}
    </Stack>
  );
}
