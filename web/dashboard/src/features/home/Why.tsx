/** Why a number may have changed: which parts of it did, and what happened then. Nothing of it is proof. */
import { Anchor, Paper, Text, Title } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { catalogueQuery, segmentsQuery } from '@/api/queries';
import { ask } from '@/features/insights/ask';
import type { Request } from '@/features/insights/kinds';
import { day, number, t } from '@/i18n';
import { everyResource } from '@/resources/useResources';
import { Loading, Problem } from '@/ui/bits';
import { bend, dimensions, drivers, type Part } from './why';

type Report = Schemas['TrendReport'];

const KINDS = ['journey', 'campaign', 'segment'] as const;
/** Texts of the catalogue: what went live. */
const LIVE: Record<(typeof KINDS)[number], string> = { journey: 'Journey “{name}” went live, version {n}', campaign: 'Campaign “{name}” went live, version {n}', segment: 'Segment “{name}” went live, version {n}' };

const signed = (n: number) => `${n > 0 ? '+' : ''}${number(n, { maximumFractionDigits: 0 })}`;

export function Why({ title, request, report }: { title: string; request: Request; report: Report }) {
  const catalogue = useQuery(catalogueQuery);
  const segments = useQuery(segmentsQuery);
  const event = (request.series as { event?: string }[])[0]?.event;
  const by = catalogue.data && segments.data ? dimensions(catalogue.data, event, segments.data.items) : [];
  const parts = useQueries({
    queries: by.map((breakdown) => ({
      queryKey: ['insights', 'trend', 'why', JSON.stringify(request), breakdown],
      queryFn: ({ signal }: { signal: AbortSignal }) => ask('trend', { ...request, breakdown, top: 8 }, signal) as Promise<Report>,
      staleTime: 300_000,
      retry: 2,
    })),
  });
  const isPending = catalogue.isPending || segments.isPending || parts.some((p) => p.isPending);
  const error = catalogue.error ?? segments.error ?? parts.find((p) => p.error)?.error;
  const found = drivers(by.map((dimension, i) => ({ dimension, parts: (parts[i]?.data?.series ?? []).map((s): Part => ({ value: s.value ?? '', now: s.total ?? 0, before: s.previous?.total ?? 0 })) })));
  const series = report.series[0];
  const past = series?.previous?.values ?? [];
  const at = bend([...past, ...(series?.values ?? [])].map((v) => v ?? 0));
  const turned = at === null ? undefined : report.buckets[at - past.length];
  const nameOf = ({ dimension, value }: Part & { dimension: string }) =>
    dimension.startsWith('segments.')
      ? t('in the segment {name}', { name: segments.data?.items.find((s) => s.id === value)?.name || value })
      : `${dimension.replace(/^traits\.|^context\.campaign\./, '')}: ${value}`;
  return (
    <Paper withBorder p="md" component="section" aria-label={t('Why “{what}” may have changed', { what: title })}>
      <Title order={3} size="h6" mb="xs">
        {t('Why “{what}” may have changed', { what: title })}
      </Title>
      <Problem error={error} />
      {isPending && !error ? (
        <Loading rows={3} />
      ) : (
        <>
          {found.length === 0 ? (
            <Text size="sm">{t('No source, kind of customer or segment changed more than the others.')}</Text>
          ) : (
            <div className="table-scroll" tabIndex={0} role="region" aria-label={t('What it is made of')}>
              <table className="data-table">
                <thead>
                  <tr>
                    <th scope="col">{t('What it is made of')}</th>
                    <th scope="col" className="num">{t('before')}</th>
                    <th scope="col" className="num">{t('now')}</th>
                    <th scope="col" className="num">{t('difference')}</th>
                  </tr>
                </thead>
                <tbody>
                  {found.map((d) => (
                    <tr key={`${d.dimension} ${d.value}`}>
                      <th scope="row" style={{ whiteSpace: 'normal' }}>
                        <Anchor component={Link} to="/insights/$kind" params={{ kind: 'trend' } as never} search={{ r: JSON.stringify({ ...request, breakdown: d.dimension }) } as never} inherit dir="auto">
                          {nameOf(d)}
                        </Anchor>
                      </th>
                      <td className="num">{number(d.before, { maximumFractionDigits: 0 })}</td>
                      <td className="num">{number(d.now, { maximumFractionDigits: 0 })}</td>
                      <td className="num">{signed(d.change)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
          {turned && (
            <Text size="sm" mt="xs">
              {t('It is another number since {day}.', { day: day(turned) })}
            </Text>
          )}
          <Happened report={report} turned={turned} />
        </>
      )}
    </Paper>
  );
}

interface Fact {
  on: string;
  text: string;
  to?: string;
}

/** Notes about days of the period, and documents whose live version was written in it: near the bend first. */
function Happened({ report, turned }: { report: Report; turned: string | undefined }) {
  const live = useQueries({
    queries: KINDS.map((kind) => ({
      queryKey: ['resources', kind, 'live'],
      queryFn: ({ signal }: { signal: AbortSignal }) => everyResource(kind, signal, 'live').then((items) => ({ items })),
    })),
  });
  const documents = KINDS.flatMap((kind, i) =>
    (live[i]?.data?.items ?? [])
      .filter((d) => d.live_version === d.version)
      .map((d): Fact => ({ on: d.approved_at ?? d.created_at, text: t(LIVE[kind], { name: String(d.spec.name ?? d.id), n: d.version }), to: `/${kind}s/${d.id}` })),
  );
  const notes = (report.annotations ?? []).map((n): Fact => ({ on: n.from, text: n.text }));
  const far = (f: Fact) => (turned ? Math.abs(Date.parse(f.on.slice(0, 10)) - Date.parse(turned.slice(0, 10))) : -Date.parse(f.on));
  const facts = [...notes, ...documents]
    .filter((f) => f.on.slice(0, 10) >= report.from.slice(0, 10) && f.on.slice(0, 10) <= report.to.slice(0, 10))
    .sort((a, b) => far(a) - far(b))
    .slice(0, 6);
  const error = live.find((l) => l.error)?.error;
  return (
    <>
      <Problem error={error} />
      <Title order={4} size="h6" mt="sm">
        {t('What happened then')}
      </Title>
      {facts.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('No note, and nothing went live in these weeks. Notes about days are written under a report.')}
        </Text>
      ) : (
        <ul style={{ margin: 0, paddingInlineStart: 18 }}>
          {facts.map((f) => (
            <li key={`${f.on} ${f.text}`}>
              <Text size="sm" dir="auto">
                <b>{day(f.on)}</b>{' '}
                {f.to ? (
                  <Anchor component={Link} to={f.to} inherit>
                    {f.text}
                  </Anchor>
                ) : (
                  f.text
                )}
              </Text>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
