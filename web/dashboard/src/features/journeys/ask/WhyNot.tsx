/** Why somebody is, was or was not in a journey: what is recorded, and each decision with its rule taken apart. */
import { Alert, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, data, type Schemas } from '@/api/client';
import { PickCustomer } from '@/features/content/PickCustomer';
import { Part } from '@/features/segments/Explain';
import { t } from '@/i18n';
import { Loaded, When } from '@/ui/bits';
import { useSearchState } from '@/ui/useSearchState';
import { Steps } from './Steps';
import type { Told } from './told';

interface Decision extends Told {
  rule: string | null;
  values: Record<string, unknown>;
  proof: Schemas['ClauseView'] | null;
}

interface Explanation {
  live_version: number | null;
  runs: { active: { step: string; entered_at: string }[]; history: { entered: number; last_entered_at: string }[] };
  facts: { at: string; event: string; properties: Record<string, unknown> }[];
  decisions: Decision[];
  shortened: boolean;
}

export function WhyNot({ id }: { id: string }) {
  const [search, change] = useSearchState();
  const who = search.who ?? null;
  return (
    <Stack>
      <PickCustomer label={t('Customer')} placeholder={t('Name, address or id')} value={who} onChange={(next) => change({ who: next ?? undefined })} />
      {who ? <Of key={who} id={id} who={who} /> : <Text size="sm" c="dimmed">{t('Choose anybody: those inside, those who left, and those who never came in.')}</Text>}
    </Stack>
  );
}

function Of({ id, who }: { id: string; who: string }) {
  const found = useQuery({
    queryKey: ['journeys', id, 'explain', who],
    queryFn: async ({ signal }) => (await data(api.GET('/api/v1/journeys/{id}/explain', { params: { path: { id }, query: { profile: who } }, signal }))) as Explanation,
  });
  return <Loaded query={found}>{(e) => <Findings of={e} />}</Loaded>;
}

function Findings({ of: e }: { of: Explanation }) {
  return (
    <Stack>
      <Alert variant="outline" color="cyan" role="status" title={standing(e)}>
        {e.live_version === null && <Text size="sm">{t('The journey is not live, so it lets nobody in.')}</Text>}
        {e.live_version !== null && e.decisions.length === 0 && e.facts.length === 0 && (
          <Text size="sm">{t('Nothing they did since version {n} went live is what begins this journey.', { n: e.live_version })}</Text>
        )}
      </Alert>
      {e.decisions.length > 0 && (
        <section aria-label={t('What the live version decides')}>
          <Title order={2} size="h5" mb="xs">
            {t('What the live version decides')}
          </Title>
          <Steps<Decision> label={t('What the live version decides')} of={e.decisions} more={(d) => <Proof of={d} />} />
        </section>
      )}
      {e.facts.length > 0 && (
        <section aria-label={t('What is recorded')}>
          <Title order={2} size="h5" mb="xs">
            {t('What is recorded')}
          </Title>
          <ol className="timeline">
            {e.facts.map((f, i) => (
              <li key={i}>
                <Text size="sm">
                  <b>{f.event}</b> {facts(f.properties)}{' '}
                  <Text span size="xs" c="dimmed">
                    <When at={f.at} />
                  </Text>
                </Text>
              </li>
            ))}
          </ol>
        </section>
      )}
      {e.shortened && <Text size="xs" c="dimmed">{t('Older ones are left out.')}</Text>}
    </Stack>
  );
}

function standing(e: Explanation): string {
  const [run] = e.runs.active;
  if (run) return t('They are in it, at {step}.', { step: run.step });
  return e.runs.history.length > 0 ? t('They were in it and left.') : t('They were never in it.');
}

/** What is worth reading of a recorded event. */
const facts = (p: Record<string, unknown>): string =>
  ['step', 'exit', 'reason', 'template', 'detail']
    .map((name) => p[name])
    .filter((v) => typeof v === 'string')
    .map((v) => String(v).replaceAll('_', ' '))
    .join(' · ');

function Proof({ of: d }: { of: Decision }) {
  if (d.proof) return <Part of={d.proof} />;
  return d.rule ? <Text size="xs" c="dimmed"><code>{d.rule}</code></Text> : null;
}
