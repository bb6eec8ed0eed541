/** What is known of a customer beside what they did: when they react, how much they get, and where notifications reach them. */
import { Stack, Text } from '@mantine/core';
import { number, t } from '@/i18n';
import { Tag, When } from '@/ui/bits';
import { Section } from '@/ui/Section';
import { type Customer, Pair } from './CustomerPage';

interface Habits {
  best_hour: number | null;
  pressure: number;
  pressure_limit: number | null;
}

const KINDS: Record<string, { title: string }> = { webpush: { title: 'a browser' }, fcm: { title: 'an app (Firebase)' }, apns: { title: 'an app (Apple)' } };

export function Scores({ of }: { of: Customer }) {
  const habits = (of.journeys as { habits?: Habits }).habits;
  if (!habits) return null;
  const hour = habits.best_hour;
  return (
    <Section title={t('Scores')}>
      <dl className="facts">
        <Pair name={t('Best hour')} value={hour === null || hour === undefined ? t('not known yet') : t('{from} to {to} o’clock, where they are', { from: String(hour), to: String((hour + 1) % 24) })} />
        <Pair name={t('Pressure')} value={pressureOf(habits)} />
      </dl>
      <Text size="xs" c="dimmed">
        {t('Pressure: what messages of late weigh, an e-mail just sent being 1. It fades with time and halves where they reacted; the gate holds back what would go beyond the limit.')}
      </Text>
    </Section>
  );
}

/** The score, beside the workspace's limit when it has one. */
function pressureOf({ pressure, pressure_limit }: Habits): string {
  const score = number(pressure, { maximumFractionDigits: 2 });
  return pressure_limit === null ? score : t('{n} of {all}', { n: score, all: number(pressure_limit) });
}

export function Devices({ of }: { of: Customer }) {
  return (
    <Section title={t('Devices')}>
      {of.devices.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('No browser or app of theirs takes notifications.')}
        </Text>
      ) : (
        <Stack gap={6} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
          {of.devices.map((d) => (
            <li key={d.id}>
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                <Tag tone="info">{t(KINDS[d.kind]?.title ?? d.kind)}</Tag> {d.service}{' '}
                {d.seen_at && (
                  <Text span size="xs" c="dimmed">
                    {t('last seen')} <When at={d.seen_at} />
                  </Text>
                )}
              </Text>
            </li>
          ))}
        </Stack>
      )}
    </Section>
  );
}
