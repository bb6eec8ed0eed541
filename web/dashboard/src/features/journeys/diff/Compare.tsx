/** What changed between two versions, drawn. */
import { Group, Paper, Select, Stack, Text, Title } from '@mantine/core';
import { lazy, Suspense, useMemo, useState } from 'react';
import { api, data } from '@/api/client';
import { usePages } from '@/api/paged';
import { t, tn } from '@/i18n';
import { Differences } from '@/resources/DiffView';
import { Loaded, Loading, Tag, type Tone } from '@/ui/bits';
import { actionOf, type JourneySpec, TRIGGER } from '../graph';
import { REGISTRY } from '../registry';
import { graphDiff, type Mark } from './graphDiff';

const Canvas = lazy(() => import('../Canvas').then((m) => ({ default: m.Canvas })));

const TONES: Record<Mark, { tone: Tone; title: string }> = {
  added: { tone: 'good', title: 'came' },
  removed: { tone: 'bad', title: 'went' },
  changed: { tone: 'warn', title: 'changed' },
};
const nothing = () => {};

export function Compare({ id, draft }: { id: string; draft: JourneySpec | null }) {
  const list = usePages(['resources', 'journey', id, 'versions'], (cursor, signal) =>
    data(api.GET('/api/v1/resources/{kind}/{id}/versions', { params: { path: { kind: 'journey', id }, query: { ...(cursor ? { cursor } : {}), limit: 100 } }, signal })),
  );
  const [from, setFrom] = useState<string | null>(null);
  const [to, setTo] = useState<string | null>(null);
  return (
    <Loaded query={list}>
      {(versions) => {
        const live = versions[0]?.live_version;
        const options = [
          ...(draft ? [{ value: 'draft', label: t('What is here, not saved') }] : []),
          ...versions.map((v) => ({ value: String(v.version), label: `${t('Version {n}', { n: v.version })}${v.version === live ? ` (${t('live')})` : ''}` })),
        ];
        const newer = to ?? options[0]?.value ?? '';
        const old = from ?? (live && String(live) !== newer ? String(live) : (options[1]?.value ?? newer));
        const spec = (n: string) => (n === 'draft' ? draft : (versions.find((v) => String(v.version) === n)?.spec as unknown as JourneySpec | undefined));
        const [before, after] = [spec(old), spec(newer)];
        return (
          <Stack>
            <Group>
              <Select label={t('From')} data={options} value={old} onChange={setFrom} allowDeselect={false} />
              <Select label={t('To')} data={options} value={newer} onChange={setTo} allowDeselect={false} />
            </Group>
            {before && after && <Drawing key={`${old} ${newer}`} before={before} after={after} />}
          </Stack>
        );
      }}
    </Loaded>
  );
}

function Drawing({ before, after }: { before: JourneySpec; after: JourneySpec }) {
  const diff = useMemo(() => graphDiff(before, after), [before, after]);
  const [chosen, choose] = useState<string | null>(null);
  const changed = Object.keys({ ...diff.steps, ...diff.details });
  if (changed.length === 0) return <Text size="sm">{t('They say the same.')}</Text>;
  const shown = chosen && changed.includes(chosen) ? [chosen] : changed;
  const name = (id: string) => {
    if (id === TRIGGER) return t('How it begins');
    const step = diff.spec.steps.find((s) => s.id === id);
    const action = step && actionOf(step);
    return `${action ? t(REGISTRY[action].title) : ''} ${id}`;
  };
  return (
    <>
      <Group gap="xs">
        {(Object.keys(TONES) as Mark[]).map((mark) => {
          const n = Object.values(diff.steps).filter((m) => m === mark).length;
          return n > 0 ? (
            <Tag key={mark} tone={TONES[mark].tone}>
              {tn(n, 'One step', '{n} steps')} {t(TONES[mark].title)}
            </Tag>
          ) : null;
        })}
      </Group>
      <Paper withBorder style={{ height: '56vh' }}>
        <Suspense fallback={<Loading />}>
          <Canvas spec={diff.spec} selected={chosen} faults={[]} counts={{}} passed={{}} actions={[]} editable={false} marks={diff.steps} wayMarks={diff.ways} gone={diff.gone} select={choose} insert={nothing} connect={nothing} move={nothing} />
        </Suspense>
      </Paper>
      {shown.map((id) => {
        const mark = diff.steps[id];
        return (
          <Paper key={id} withBorder p="md">
            <Title order={3} size="h5" mb="xs">
              {name(id)} {mark && <Tag tone={TONES[mark].tone}>{t(TONES[mark].title)}</Tag>}
            </Title>
            {diff.details[id] ? <Differences of={diff.details[id]} /> : <Text size="sm" c="dimmed">{mark === 'added' ? t('It is new.') : t('It is no more.')}</Text>}
          </Paper>
        );
      })}
    </>
  );
}
