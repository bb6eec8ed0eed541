/** Whether the links of a message work, asked of their servers when somebody wants to know. */
import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import { useState } from 'react';
import { api, data, type Schemas } from '@/api/client';
import { t, tn } from '@/i18n';
import { Problem } from '@/ui/bits';
import { useCall } from '@/ui/useCall';

type Report = Schemas['LinkReport'];
type Link = Schemas['LinkView'];

const BAD = { icon: IconCircleX, colour: 'var(--mantine-color-error)' };
const ODD = { icon: IconAlertTriangle, colour: 'light-dark(#7a4a00, #ffd591)' };
const PLAIN = { icon: IconInfoCircle, colour: 'var(--mantine-color-dimmed)' };

/** What can be found at a link, the worst first. */
const STATES: Record<string, { icon: typeof IconCircleX; colour: string; title: string }> = {
  broken: { ...BAD, title: 'Broken' },
  failing: { ...BAD, title: 'No answer' },
  refused: { ...BAD, title: 'Not asked' },
  unsure: { ...ODD, title: 'Open it to be sure' },
  moved: { ...ODD, title: 'Has moved' },
  unchecked: { ...PLAIN, title: 'No time was left' },
  works: { icon: IconCircleCheck, colour: 'light-dark(#1b5e20, #a5d8a7)', title: 'Works' },
};

/** Those that somebody has to look at, the worst first. */
const striking = (links: Link[]) => {
  const order = Object.keys(STATES);
  return links.filter((l) => l.status !== 'works').sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
};

/** `asked` is the message as text: what was found holds for that one only. */
export function CheckLinks({ asked }: { asked: string }) {
  const [found, setFound] = useState<{ asked: string; report: Report } | null>(null);
  const { busy, error, run } = useCall([], () => {});
  const check = () =>
    run(async () => {
      const report = await data(api.POST('/api/v1/templates/links', { body: { spec: JSON.parse(asked) } as never }));
      setFound({ asked, report });
    });
  const report = found?.report;
  const works = report?.links.filter((l) => l.status === 'works').length ?? 0;
  return (
    <Stack gap="xs" mt="md">
      <Group justify="space-between">
        <Text size="sm" c="dimmed" role="status">
          {report ? (report.links.length === 0 ? t('There are no links to ask') : tn(works, 'One link works', '{n} links work')) : t('Links can be asked whether they work.')}
        </Text>
        <Button size="xs" variant="default" loading={busy} onClick={() => void check()}>
          {t('Check the links')}
        </Button>
      </Group>
      {error != null && <Problem error={error} />}
      {found && found.asked !== asked && (
        <Text size="sm" c="dimmed">
          {t('The message has changed since.')}
        </Text>
      )}
      {report && striking(report.links).length > 0 && (
        <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: 'none' }} aria-label={t('Links to look at')}>
          {striking(report.links).map((link) => {
            const { icon: Icon, colour, title } = STATES[link.status] ?? { ...PLAIN, title: 'No time was left' };
            return (
              <Group component="li" key={link.url} gap="xs" align="flex-start" wrap="nowrap">
                <Icon size={18} color={colour} aria-hidden style={{ flex: 'none', marginTop: 2 }} />
                <div style={{ minWidth: 0 }}>
                  <Text size="sm">
                    {link.kind === 'picture' ? t('Picture') : t('Link')}: {t(title)}
                    {link.language ? ` (${link.language})` : ''}
                  </Text>
                  <Anchor size="xs" className="mono" href={link.url} target="_blank" rel="noopener noreferrer" style={{ overflowWrap: 'anywhere' }}>
                    {link.url}
                  </Anchor>
                  <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                    {link.leads_to ? `${link.detail} → ${link.leads_to}` : link.detail}
                  </Text>
                </div>
              </Group>
            );
          })}
        </Stack>
      )}
      {report && report.left_out > 0 && (
        <Text size="sm" c="dimmed">
          {tn(report.left_out, 'One more link was not asked.', '{n} more links were not asked.')}
        </Text>
      )}
    </Stack>
  );
}
