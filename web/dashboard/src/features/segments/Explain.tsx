/** Why somebody is in a segment, or is not: each part of the rule, with what it saw. */
import { Drawer, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, data, type Schemas } from '@/api/client';
import { t } from '@/i18n';
import { useNames } from '@/resources/names';
import { Loaded, Tag, When } from '@/ui/bits';

type Clause = Schemas['ClauseView'];

export function Explain({ segment, profile, close }: { segment: string; profile: string; close: () => void }) {
  const found = useQuery({
    queryKey: ['segments', segment, 'explain', profile],
    queryFn: ({ signal }) => data(api.GET('/api/v1/segments/{id}/explain/{profile}', { params: { path: { id: segment, profile } }, signal })),
  });
  const name = useNames('segment');
  return (
    <Drawer opened onClose={close} position="right" size="lg" title={t('Why {segment}?', { segment: name(segment) })}>
      <Loaded query={found}>{(e) => (
          <>
            <Text size="sm" mb="sm">
              {e.clause.holds ? t('They are in it: the rule holds.') : t('They are not in it: the rule does not hold.')}
            </Text>
            <Part of={e.clause} />
          </>
        )}</Loaded>
    </Drawer>
  );
}

/** A part of a rule: whether it holds, what it saw, and its own parts. */
export function Part({ of }: { of: Clause }) {
  return (
    <div className="clause">
      <Tag tone={of.holds ? 'good' : 'bad'}>{of.holds ? t('holds') : t('does not hold')}</Tag> <code>{of.text}</code>
      {Object.entries(of.values as Record<string, unknown>).map(([name, value]) => (
        <Text size="xs" c="dimmed" key={name}>
          {name} = {JSON.stringify(value)}
        </Text>
      ))}
      {of.events.map((e) => (
        <Text size="xs" c="dimmed" key={e.message_id}>
          {e.event}, <When at={e.timestamp} />
        </Text>
      ))}
      {of.parts.map((part, i) => (
        <Part key={i} of={part} />
      ))}
    </div>
  );
}
