import { Button, Drawer, Group, Select, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { usePages } from '@/api/paged';
import { t } from '@/i18n';
import { Loaded, Status, When } from '@/ui/bits';
import { DiffView } from './DiffView';
import type { Spec } from './useResource';

/** The versions of a document, what changed between any two, and bringing an old one back. */
export function Versions({ kind, id, close, restore }: { kind: string; id: string; close: () => void; restore: (spec: Spec) => void }) {
  const list = usePages(['resources', kind, id, 'versions'], (cursor, signal) =>
    data(api.GET('/api/v1/resources/{kind}/{id}/versions', { params: { path: { kind, id }, query: { ...(cursor ? { cursor } : {}), limit: 50 } }, signal })),
  );
  const [from, setFrom] = useState<string | null>(null);
  const [to, setTo] = useState<string | null>(null);
  return (
    <Drawer opened onClose={close} position="right" size="lg" title={t('Versions')}>
      <Loaded query={list}>
        {(versions) => {
          const older = from ?? String(versions[1]?.version ?? versions[0]?.version ?? '');
          const newer = to ?? String(versions[0]?.version ?? '');
          const find = (n: string) => versions.find((v) => String(v.version) === n);
          const options = versions.map((v) => ({ value: String(v.version), label: t('Version {n}', { n: v.version }) }));
          return (
            <Stack>
              <ol className="timeline">
                {versions.map((v) => (
                  <li key={v.version}>
                    <Group justify="space-between">
                      <Text size="sm">
                        {t('Version {n}', { n: v.version })} <Status of={v.version === v.live_version ? 'live' : v.status} />
                        <Text span size="xs" c="dimmed" display="block">
                          {v.created_by}, <When at={v.created_at} />
                          {v.approved_by && ` · ${t('Approved by {who}', { who: v.approved_by })}`}
                        </Text>
                      </Text>
                      <Button
                        size="xs"
                        variant="default"
                        onClick={() => {
                          restore(v.spec as Spec);
                          close();
                        }}
                      >
                        {t('Edit from here')}
                      </Button>
                    </Group>
                  </li>
                ))}
              </ol>
              {list.more.has && (
                <Button variant="default" onClick={list.more.load} loading={list.more.loading}>
                  {t('Show more')}
                </Button>
              )}
              {versions.length > 1 && (
                <>
                  <Title order={3} size="h5">
                    {t('What changed')}
                  </Title>
                  <Group grow>
                    <Select label={t('From')} data={options} value={older} onChange={setFrom} allowDeselect={false} />
                    <Select label={t('To')} data={options} value={newer} onChange={setTo} allowDeselect={false} />
                  </Group>
                  <DiffView before={find(older)?.spec} after={find(newer)?.spec} />
                </>
              )}
            </Stack>
          );
        }}
      </Loaded>
    </Drawer>
  );
}
