/** One customer stepped through a journey as it is written now: nothing leaves and nothing is written. */
import { Alert, Button, Code, Group, Paper, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { PickCustomer } from '@/features/content/PickCustomer';
import { t } from '@/i18n';
import { Problem } from '@/ui/bits';
import { JsonField } from '@/ui/JsonField';
import { useCall } from '@/ui/useCall';
import { useSearchState } from '@/ui/useSearchState';
import type { JourneySpec } from '../graph';
import { Steps } from './Steps';
import { call, choices, type Told } from './told';

interface DryRun {
  steps: Told[];
  waits_at: string | null;
}

/** What an answer means. */
function named(option: string): string {
  if (option === 'next') return t('it comes, or succeeds');
  return option === 'timed_out' ? t('it does not come in time') : t('it fails');
}

function Call({ detail }: { detail: unknown }) {
  return (
    <details>
      <summary style={{ cursor: 'pointer' }}>
        <Text span size="xs">
          {t('What is asked')}
        </Text>
      </summary>
      <Code block>{call(detail)}</Code>
    </details>
  );
}

export function TryOut({ id, spec }: { id: string; spec: JourneySpec }) {
  const [search, change] = useSearchState();
  const [answers, setAnswers] = useState<Record<string, string>>({});
  const [trigger, setTrigger] = useState<unknown>({});
  const [found, setFound] = useState<DryRun | null>(null);
  const { busy, error, run } = useCall([], () => {});
  const who = search.who ?? null;
  const go = (with_: Record<string, string>) =>
    run(async () => {
      const body = { profile: who ?? '', spec: spec as never, answers: with_, trigger: (trigger ?? {}) as never };
      setFound((await data(api.POST('/api/v1/journeys/{id}/dry-run', { params: { path: { id } }, body }))) as DryRun);
    });
  const answer = (step: string, option: string | null) => {
    const { [step]: _, ...rest } = answers;
    const next = option ? { ...rest, [step]: option } : rest;
    setAnswers(next);
    if (found && who) void go(next);
  };
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t('What the journey on this page would do with one customer as they are now, by a clock that jumps from step to step. Nothing is sent and nothing is written.')}
      </Text>
      <Paper withBorder p="md">
        <Stack gap="sm">
          <PickCustomer label={t('Customer')} placeholder={t('Name, address or id')} value={who} onChange={(next) => { change({ who: next ?? undefined }); setFound(null); }} />
          {choices(spec).map((c) => (
            <Select
              key={c.step}
              label={t('At {step}', { step: c.step })}
              allowDeselect={false}
              data={c.options.map((value) => ({ value, label: named(value) }))}
              value={answers[c.step] ?? c.options[0] ?? null}
              onChange={(v) => answer(c.step, v)}
            />
          ))}
          <details>
            <summary style={{ cursor: 'pointer' }}>{t('Properties of what begins it')}</summary>
            <JsonField label={t('Properties')} value={trigger} onChange={setTrigger} />
          </details>
          <Group>
            <Button disabled={!who} loading={busy} onClick={() => void go(answers)}>
              {t('Step through')}
            </Button>
          </Group>
        </Stack>
      </Paper>
      <Problem error={error} />
      {found && (
        <Stack gap="xs" role="status">
          <Steps label={t('What would happen')} of={found.steps} more={(told) => told.what === 'webhook' && <Call detail={told.detail} />} />
          {found.waits_at && <Alert variant="outline" color="cyan">{t('It then stands at {step} and waits for something that does not come by itself.', { step: found.waits_at })}</Alert>}
        </Stack>
      )}
    </Stack>
  );
}
