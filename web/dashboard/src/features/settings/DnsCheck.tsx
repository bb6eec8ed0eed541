/** What the DNS answers about a sending domain now, and what to do where it is not as it has to be. */
import { Alert, Button, Code, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { t } from '@/i18n';
import { Problem, Tag, type Tone, When } from '@/ui/bits';
import { Copied } from '@/ui/Copied';

interface Finding {
  check: string;
  name: string;
  status: string;
  expected: string;
  found: string[];
  advice: string | null;
}

interface Checked {
  ok: boolean;
  checked_at: string;
  findings: Finding[];
}

/** Asks the DNS, which may take some seconds. */
function ask(id: string, signal: AbortSignal): Promise<Checked> {
  const get = api.GET as unknown as (path: string, options: object) => Promise<{ data?: Checked }>;
  return data(get('/api/v1/domains/{id}/check', { params: { path: { id } }, signal }));
}

const CHECKS: Record<string, { title: string }> = {
  spf: { title: 'SPF: who may send for the domain' },
  dkim: { title: 'DKIM: the key that mails are signed with' },
  dmarc: { title: 'DMARC: what receivers do with mail that fails' },
  ptr: { title: 'PTR: the name of the sending address' },
};

const STANDING: Record<string, { title: string; tone: Tone }> = {
  ok: { title: 'in order', tone: 'good' },
  missing: { title: 'missing', tone: 'bad' },
  wrong: { title: 'not as it has to be', tone: 'bad' },
  unanswered: { title: 'the DNS did not answer', tone: 'warn' },
};

export function DnsCheck({ id }: { id: string }) {
  const check = useQuery({
    queryKey: ['domains', id, 'check'],
    queryFn: ({ signal }) => ask(id, signal),
    enabled: false,
    retry: false,
    gcTime: 0,
  });
  const found = check.data;
  return (
    <Stack gap="sm" mt="sm">
      <Button w="fit-content" size="xs" variant="default" loading={check.isFetching} onClick={() => void check.refetch()}>
        {found ? t('Check the DNS again') : t('Check the DNS')}
      </Button>
      {!check.isFetching && <Problem error={check.error} />}
      {found && !check.error && (
        <Alert variant="outline" color={found.ok ? 'green' : 'yellow'} role="status" title={found.ok ? t('Everything is in the DNS as it has to be') : t('Not everything is in the DNS as it has to be')}>
          <Text size="xs" c="dimmed">
            {t('Asked')} <When at={found.checked_at} />
          </Text>
          <Stack component="ul" gap="sm" m={0} mt="xs" p={0} style={{ listStyle: 'none' }}>
            {found.findings.map((f) => (
              <li key={`${f.check} ${f.name}`}>
                <One of={f} />
              </li>
            ))}
          </Stack>
        </Alert>
      )}
    </Stack>
  );
}

function One({ of }: { of: Finding }) {
  const standing = STANDING[of.status];
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>
        {t(CHECKS[of.check]?.title ?? of.check)} <Tag tone={standing?.tone ?? 'plain'}>{t(standing?.title ?? of.status)}</Tag>
      </Text>
      <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {of.name}
      </Text>
      {of.advice && <Text size="sm">{of.advice}</Text>}
      {of.status !== 'ok' && of.expected && <Copied name={t('It has to be')} value={of.expected} />}
      {of.status !== 'ok' && of.found.map((value) => (
        <Text key={value} size="sm" component="div">
          {t('It is')} <Code style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{value}</Code>
        </Text>
      ))}
    </Stack>
  );
}
