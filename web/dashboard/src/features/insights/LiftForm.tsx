/** What lift is asked of: everything with a control group, one campaign, one journey. */
import { TextInput } from '@mantine/core';
import { t } from '@/i18n';
import { PickSender } from '@/resources/PickSender';
import type { Request } from './kinds';
import { EventPick, PropertyPick, type Selection } from './parts';
import { groupsOf, subjectOf } from './lift';

export function LiftForm({ request, set }: { request: Request; set: (next: Request) => void }) {
  const put = (part: Request) => set({ ...request, ...part });
  return (
    <>
      <PickSender
        label={t('Effect of')}
        allowDeselect={false}
        first={{ value: '', label: t('all messages with a control group') }}
        value={subjectOf(request)}
        change={(subject) => {
          const { treated: _, control: __, ...rest } = request;
          set({ ...rest, ...groupsOf(subject) });
        }}
      />
      <EventPick named label={t('Goal')} value={request.goal} set={(goal) => put({ goal: goal ?? {} })} />
      <PropertyPick label={t('Its money')} of={(request.goal as Selection | undefined)?.event} value={request.value} set={(value) => put({ value })} />
      <TextInput label={t('Within')} description={t('How long after the message a goal counts, such as 7d.')} value={String(request.window ?? '7d')} onChange={(e) => put({ window: e.currentTarget.value })} />
    </>
  );
}
