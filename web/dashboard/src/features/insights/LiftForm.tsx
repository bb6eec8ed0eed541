/** What lift is asked of: everything with a control group, one campaign, one journey. */
import { Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { journeysQuery } from '@/api/queries';
import { t } from '@/i18n';
import type { Request } from './kinds';
import { EventPick, PropertyPick, type Selection } from './parts';
import { groupsOf, subjectOf } from './lift';

export function LiftForm({ request, set }: { request: Request; set: (next: Request) => void }) {
  const put = (part: Request) => set({ ...request, ...part });
  const journeys = useQuery(journeysQuery).data?.items ?? [];
  const campaigns = useQuery({ queryKey: ['campaigns'], queryFn: ({ signal }) => data(api.GET('/api/v1/campaigns', { signal })), retry: false }).data?.items ?? [];
  const subject = subjectOf(request);
  return (
    <>
      <Select
        label={t('Effect of')}
        searchable
        allowDeselect={false}
        data={[
          { value: '', label: t('all messages with a control group') },
          ...(campaigns.length > 0 ? [{ group: t('Campaigns'), items: campaigns.map((c) => ({ value: `campaign/${c.id}`, label: c.name })) }] : []),
          ...(journeys.length > 0 ? [{ group: t('Journeys'), items: journeys.map((j) => ({ value: j.id, label: j.name })) }] : []),
        ]}
        value={subject}
        onChange={(v) => {
          const { treated: _, control: __, ...rest } = request;
          set({ ...rest, ...groupsOf(v ?? '') });
        }}
      />
      <EventPick label={t('Goal')} value={request.goal} set={(goal) => put({ goal: goal ?? {} })} />
      <PropertyPick label={t('Its money')} of={(request.goal as Selection | undefined)?.event} value={request.value} set={(value) => put({ value })} />
      <TextInput label={t('Within')} description={t('How long after the message a goal counts, such as 7d.')} value={String(request.window ?? '7d')} onChange={(e) => put({ window: e.currentTarget.value })} />
    </>
  );
}
