/** A report: its questions, its picture, its table, and the people behind its numbers. Its address is the whole of it. */
import { Alert, Button, Grid, Group, Menu, Paper, SimpleGrid, Stack, TextInput, Title } from '@mantine/core';
import { IconDownload, IconLink } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { includes, type Schemas, sessionQuery } from '@/api/client';
import { t, useLanguage } from '@/i18n';
import { asTaken, put } from '@/resources/put';
import { slugOf } from '@/resources/slug';
import { Empty, Figure, Loading, Problem } from '@/ui/bits';
import { copyAndSay } from '@/ui/copy';
import { notify, notifyError } from '@/ui/notify';
import { Page } from '@/ui/Page';
import { useSearchState } from '@/ui/useSearchState';
import { NotFound } from '@/shell/Failed';
import { ask, download, downloadLog, saveFile } from './ask';
import { useSaved } from './InsightsPage';
import { entryOf, missing, objectIn, type Request } from './kinds';
import { withNotes } from './notes';
import { Notes } from './Notes';
import { PeopleDrawer } from './PeopleDrawer';
import { ReportForm } from './ReportForm';
import { ReportTable } from './ReportTable';
import { SavedActions } from './SavedActions';
import { useRequest } from './useRequest';
import type { Photograph } from '@/ui/Chart';
import { FormModal } from '@/ui/FormModal';
import { type Drill, viewOf } from './views';

const Chart = lazy(() => import('@/ui/Chart').then((m) => ({ default: m.Chart })));

export function ReportPage() {
  const { kind = '' } = useParams({ strict: false });
  const [search, setSearch] = useSearchState();
  const navigate = useNavigate();
  const session = useQuery(sessionQuery);
  const entry = entryOf(kind);
  const saved = useSaved();
  const [saving, setSaving] = useState(false);
  const { request, entered, enter } = useRequest(entry);
  const lacking = entry ? missing(entry.kind, request) : null;
  const report = useQuery({
    queryKey: ['insights', kind, JSON.stringify(request)],
    queryFn: ({ signal }) => ask(kind, request, signal),
    enabled: entry !== undefined && lacking === null,
    // Another kind of report has another shape.
    placeholderData: (before, asked) => (asked?.queryKey[1] === kind ? before : undefined),
    staleTime: 30_000,
  });
  const language = useLanguage();
  const view = useMemo(() => (entry && report.data ? viewOf(entry.kind, report.data, request) : null), [entry, report.data, request, language]);
  const notes = useMemo(() => (report.data as { annotations?: Schemas['Note'][] } | undefined)?.annotations ?? [], [report.data]);
  const option = useMemo(() => (view?.option && view.buckets ? withNotes(view.option, view.buckets, notes) : view?.option), [view, notes]);
  const camera = useRef<Photograph | null>(null);
  if (!entry) return <NotFound />;
  const drill = objectIn(search.d);
  const open = (next: Drill | undefined) => next && setSearch({ d: JSON.stringify(next) }, { push: true });
  const kept = saved.data?.items.find((r) => r.id === search.saved);
  const name = kept?.spec.name;
  const share = () => copyAndSay(window.location.href, t('The address of this report was copied.'));
  const warnings = (report.data as { warnings?: string[] } | undefined)?.warnings ?? [];
  return (
    <Page
      title={name ? String(name) : t(entry.title)}
      intro={t(entry.what)}
      crumbs={[{ title: t('Insights'), to: '/insights' }]}
      actions={
        <>
          {saved.data && includes(session.data?.role, 'editor') && (
            <Button variant="default" disabled={lacking !== null} onClick={() => setSaving(true)}>
              {t('Save')}
            </Button>
          )}
          <Button variant="default" leftSection={<IconLink size={16} />} onClick={() => void share()}>
            {t('Share')}
          </Button>
          <Menu>
            <Menu.Target>
              <Button variant="default" leftSection={<IconDownload size={16} />} disabled={!report.data}>
                {t('Export')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => void download(kind, request, 'csv').catch(notifyError)}>CSV</Menu.Item>
              <Menu.Item onClick={() => void download(kind, request, 'json').catch(notifyError)}>JSON</Menu.Item>
              <Menu.Item disabled={!view?.option} onClick={() => camera.current && saveFile(camera.current(), `${kind}.png`)}>
                PNG
              </Menu.Item>
              {kind === 'paths' && (
                <Menu.Item onClick={() => void downloadLog(request).catch(notifyError)}>{t('XES, for process mining')}</Menu.Item>
              )}
              <Menu.Item onClick={() => window.print()}>{t('Print')}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
          {kept && includes(session.data?.role, 'editor') && <SavedActions saved={kept} onDeleted={() => void navigate({ to: '/insights' })} />}
        </>
      }
    >
      <Grid gap="lg">
        {/* In a hand the answer comes first, once there is one. */}
        <Grid.Col span={{ base: 12, md: 4, lg: 3 }} order={{ base: lacking ? 1 : 2, md: 1 }} className="no-print">
          <Paper withBorder p="md" component="section" aria-label={t('What is asked')}>
            <ReportForm kind={entry.kind} request={entered} set={enter} />
          </Paper>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 8, lg: 9 }} order={{ base: lacking ? 2 : 1, md: 2 }}>
          <Stack aria-busy={report.isFetching}>
            {lacking && <Empty title={t(lacking)}>{t(entry.what)}</Empty>}
            {report.error && <Problem error={report.error} retry={() => void report.refetch()} />}
            {!lacking && report.isPending && !report.error && <Loading rows={10} />}
            {!lacking && view && (
              <>
                {warnings.length > 0 && (
                  <Alert variant="outline" color="yellow" role="status" title={t('Before you rely on it')}>
                    <ul className="plain-list">
                      {warnings.map((w) => (
                        <li key={w}>{w}</li>
                      ))}
                    </ul>
                  </Alert>
                )}
                {view.figures && (
                  <SimpleGrid cols={{ base: 2, md: 4 }}>
                    {view.figures.map((f) => (
                      <Figure key={f.name} name={f.name} value={f.tone ? <span className={`tone-${f.tone}`}>{f.value}</span> : f.value} hint={f.hint} />
                    ))}
                  </SimpleGrid>
                )}
                {option && (
                  <Paper withBorder p="md">
                    <Suspense fallback={<Loading rows={8} />}>
                      <Chart camera={camera} option={option} height={view.height ?? 320} label={t('{title} as a picture; the table below says the same.', { title: t(entry.title) })} onPick={(p) => open(view.drillOf?.(p))} />
                    </Suspense>
                  </Paper>
                )}
                <ReportTable caption={t(entry.title)} view={view} open={open} />
                {view.also?.map((more) => (
                  <section key={more.title} aria-label={more.title}>
                    <Title order={2} size="h5" mb="xs">
                      {more.title}
                    </Title>
                    <ReportTable caption={more.title} view={more} open={open} />
                  </section>
                ))}
                {view.buckets && <Notes notes={notes} />}
              </>
            )}
          </Stack>
        </Grid.Col>
      </Grid>
      {drill && <PeopleDrawer kind={kind} request={request} drill={drill} close={() => setSearch({ d: undefined })} />}
      {saving && (
        <SaveModal
          kind={kind}
          request={request}
          given={kept}
          close={(id) => {
            setSaving(false);
            if (id) setSearch({ saved: id });
          }}
        />
      )}
    </Page>
  );
}

/** Saves a report under its name: over the saved one it is (`given`) as long as that keeps its name, else as one more. */
function SaveModal({ kind, request, given, close }: { kind: string; request: Request; given: Schemas['ResourceView'] | undefined; close: (id?: string) => void }) {
  const client = useQueryClient();
  const [name, setName] = useState(String(given?.spec.name ?? ''));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isSame = given !== undefined && name === given.spec.name;
  const save = async () => {
    const to = isSame ? given.id : slugOf(name);
    setBusy(true);
    try {
      await put('insight', to, { ...(isSame ? given.spec : {}), name, report: kind, request }, { version: isSame ? given.version : 0, publish: true });
      await client.invalidateQueries({ queryKey: ['resources', 'insight'] });
      notify('good', t('Saved'));
      close(to);
    } catch (problem) {
      setError(asTaken(problem, !isSame));
    } finally {
      setBusy(false);
    }
  };
  return (
    <FormModal onClose={() => close()} title={t('Save this report')}>
      <Stack>
        <TextInput label={t('Name')} required value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
        <Problem error={error} />
        <Group>
          <Button loading={busy} disabled={!slugOf(name)} onClick={() => void save()}>
            {t('Save')}
          </Button>
        </Group>
      </Stack>
    </FormModal>
  );
}
