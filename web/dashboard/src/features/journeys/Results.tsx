/** Where a live journey's results are read, and who stood at its door before it was live. */
import { Alert, Anchor, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { api, data, type Schemas } from '@/api/client';
import { segmentsQuery } from '@/api/queries';
import type { Request } from '@/features/insights/kinds';
import { t, tn } from '@/i18n';
import type { JourneySpec } from './graph';
import { funnelOf, liftOf } from './results';

const Enter = lazy(() => import('./operate/EnterModal').then((m) => ({ default: m.EnterModal })));

export function Results({ live, spec, mayEdit }: { live: Schemas['JourneyView']; spec: JourneySpec; mayEdit: boolean }) {
  const lift = liftOf(live.id, spec);
  const report = (kind: string, request: Request, text: string) => (
    <Anchor component={Link} to="/insights/$kind" params={{ kind } as never} search={{ r: JSON.stringify(request) } as never} size="sm">
      {text}
    </Anchor>
  );
  return (
    <>
      <Group gap="lg" component="section" aria-label={t('Results')}>
        {report('funnel', funnelOf(live.id, spec), t('Funnel: how far they come'))}
        {lift ? (
          report('lift', lift, t('Lift: what it brought against the control group'))
        ) : (
          <Text size="sm" c="dimmed">
            {t('With an event as its goal and a control group, set under how it begins, its lift is measured too.')}
          </Text>
        )}
      </Group>
      {mayEdit && <AtTheDoor live={live} spec={spec} />}
    </>
  );
}

/** Members of the segment it begins with from before it was live: they did not enter since, so nothing starts for them. */
function AtTheDoor({ live, spec }: { live: Schemas['JourneyView']; spec: JourneySpec }) {
  const [open, setOpen] = useState(false);
  const begins = spec.trigger.segment as { id?: string; on?: string } | undefined;
  const id = begins?.on === 'exited' ? '' : (begins?.id ?? '');
  const members = useQuery({
    queryKey: ['segments', id],
    queryFn: ({ signal }) => data(api.GET('/api/v1/segments/{id}', { params: { path: { id } }, signal })),
    enabled: id !== '' && live.entered === 0,
    refetchInterval: 5_000,
  });
  const name = useQuery(segmentsQuery).data?.items.find((s) => s.id === id)?.name || id;
  const count = members.data?.count ?? 0;
  const waits = live.entered === 0 && members.data?.ready && count > 0;
  if (!waits && !open) return null;
  return (
    <>
      {waits && (
        <Alert variant="outline" color="cyan" title={tn(count, 'One customer is in “{segment}” already', '{n} customers are in “{segment}” already', { segment: name })}>
          <Text size="sm" mb="xs">
            {t('Whoever comes to it from now on enters by themselves. Those who were in it before enter when you send them in.')}
          </Text>
          <Button size="xs" onClick={() => setOpen(true)}>
            {t('Send them in…')}
          </Button>
        </Alert>
      )}
      <Suspense>{open && <Enter id={live.id} by="manual" segment={id} close={() => setOpen(false)} />}</Suspense>
    </>
  );
}
