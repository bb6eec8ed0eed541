/** People on an old version moved to the live one: where each step leads, and what becomes of the rest. */
import { Alert, Group, Radio, Select, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, type Schemas } from '@/api/client';
import { number, t, tn } from '@/i18n';
import { resourceQuery } from '@/resources/useResources';
import { Loaded } from '@/ui/bits';
import { Finish } from '@/ui/Finish';
import { notify } from '@/ui/notify';
import { useCall } from '@/ui/useCall';
import { FormModal } from '@/ui/FormModal';
import { END, type JourneySpec } from '../graph';

const NOWHERE = '';

export function MigrateModal({ live, old, close }: { live: Schemas['JourneyView']; old: [number, number][]; close: () => void }) {
  const [from, setFrom] = useState(String(old[0]?.[0] ?? ''));
  const [steps, setSteps] = useState<Record<string, string>>({});
  const [others, setOthers] = useState('stay');
  const target = useQuery(resourceQuery('journey', live.id, String(live.version)));
  const { busy, error, run } = useCall([['journeys']], close);
  const here = live.steps[from] ?? {};
  const spec = target.data?.spec as unknown as JourneySpec | undefined;
  const known = new Set(spec?.steps.map((s) => s.id));
  const options = [{ value: NOWHERE, label: t('nowhere: see below') }, ...(spec?.steps ?? []).map((s) => ({ value: s.id, label: s.id })), { value: END, label: t('end') }];
  const rest = Object.entries(here).filter(([step]) => !known.has(step) && !steps[step]).reduce((sum, [, n]) => sum + n, 0);
  const move = () =>
    run(async (once) => {
      const named = Object.fromEntries(Object.entries(steps).filter(([step, to]) => step in here && to !== NOWHERE));
      const body = { from: Number(from), to: live.version, steps: named, others };
      const made = await data(api.POST('/api/v1/journeys/{id}/migrate', { params: { path: { id: live.id }, ...once(body) }, body }));
      notify('good', tn(made.people, 'One person moves to version {to}', '{n} people move to version {to}', { to: made.to }));
    });
  return (
    <FormModal onClose={close} size="lg" title={t('Move people to version {n}', { n: live.version })}>
      <Stack>
        <Text size="sm">{t('A new version lets in newcomers; who is inside finishes on the version they began with, unless you move them.')}</Text>
        <Select label={t('From version')} allowDeselect={false} w={240} data={old.map(([v, n]) => ({ value: String(v), label: `${t('Version {n}', { n: v })}: ${tn(n, 'One person', '{n} people')}` }))} value={from} onChange={(v) => v && setFrom(v)} />
        <Loaded query={target}>
          {() => (
            <Table aria-label={t('Where each step leads')}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('Step they are at')}</Table.Th>
                  <Table.Th>{t('People')}</Table.Th>
                  <Table.Th>{t('Goes on at')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {Object.entries(here).map(([step, n]) => (
                  <Table.Tr key={step}>
                    <Table.Td>{step}</Table.Td>
                    <Table.Td>{number(n)}</Table.Td>
                    <Table.Td>
                      <Select aria-label={t('{step} goes on at', { step })} allowDeselect={false} size="xs" data={options} value={steps[step] ?? (known.has(step) ? step : NOWHERE)} onChange={(v) => setSteps((s) => ({ ...s, [step]: v ?? NOWHERE }))} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )}
        </Loaded>
        {rest > 0 && (
          <Radio.Group label={tn(rest, 'One person stands at a step that leads nowhere. They', '{n} people stand at steps that lead nowhere. They')} value={others} onChange={setOthers}>
            <Group mt="xs">
              <Radio value="stay" label={t('finish on the old version')} />
              <Radio value="exit" label={t('leave the journey')} />
            </Group>
          </Radio.Group>
        )}
        {others === 'exit' && rest > 0 && (
          <Alert variant="outline" color="orange">
            {tn(rest, 'One person will leave the journey and not come back by themselves.', '{n} people will leave the journey and not come back by themselves.')}
          </Alert>
        )}
        <Finish busy={busy} error={error} action={t('Move them')} run={() => void move()} close={close} />
      </Stack>
    </FormModal>
  );
}
