import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import { t, useLanguage } from '@/i18n';
import { Loaded, Loading } from '@/ui/bits';
import { ask } from './ask';
import { entryOf, type Request } from './kinds';
import { PeopleDrawer } from './PeopleDrawer';
import { ReportTable } from './ReportTable';
import { type Drill, viewOf } from './views';

const Chart = lazy(() => import('@/ui/Chart').then((m) => ({ default: m.Chart })));

/** A saved report, small: its figures and its picture, or its table when it has none. */
export function SavedReport({ kind, request, height }: { kind: string; request: Request; height: number }) {
  const entry = entryOf(kind);
  const [drill, setDrill] = useState<Drill | null>(null);
  const open = (next: Drill | undefined) => next && setDrill(next);
  const report = useQuery({
    queryKey: ['insights', kind, JSON.stringify(request)],
    queryFn: ({ signal }) => ask(kind, request, signal),
    staleTime: 60_000,
    refetchInterval: 60_000,
    enabled: entry !== undefined,
  });
  const language = useLanguage();
  const view = useMemo(() => (entry && report.data ? viewOf(entry.kind, report.data, request) : null), [entry, report.data, request, language]);
  if (!entry) return <Text size="sm">{kind}</Text>;
  return (
    <Loaded query={report} rows={3}>
      {() =>
        view && (
          <>
            {view.figures && (
              <Group gap="md">
                {view.figures.slice(0, 3).map((f) => (
                  <Text size="sm" key={f.name}>
                    {f.name} <b>{f.value}</b>
                  </Text>
                ))}
              </Group>
            )}
            {view.option ? (
              <Suspense fallback={<Loading rows={3} />}>
                <Chart option={view.option} height={height} label={t(entry.title)} {...(view.drillOf ? { onPick: (p) => open(view.drillOf?.(p)) } : {})} />
              </Suspense>
            ) : (
              <ReportTable caption={t(entry.title)} view={view} open={open} />
            )}
            {drill && <PeopleDrawer kind={kind} request={request} drill={drill} close={() => setDrill(null)} />}
          </>
        )
      }
    </Loaded>
  );
}
