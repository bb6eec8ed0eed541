/** People sent into a journey by hand: whom, how many that is, and then yes or no. */
import { Alert, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { PickCustomer } from '@/features/content/PickCustomer';
import { t, tn } from '@/i18n';
import { RuleField } from '@/rules/RuleField';
import { Finish } from '@/ui/Finish';
import { notify } from '@/ui/notify';
import { useCall } from '@/ui/useCall';
import { FormModal } from '@/ui/FormModal';
import { type Obj, ValuesInput } from '../forms/common';
import { SegmentInput } from '../forms/AudienceFields';

type By = 'segment' | 'rule' | 'one';

/** `segment` is chosen first: the one a journey begins with. */
export function EnterModal({ id, by, segment: first = '', close }: { id: string; by: 'manual' | 'api'; segment?: string; close: () => void }) {
  const [kind, setKind] = useState<By>(by === 'api' ? 'one' : 'segment');
  const [segment, setSegment] = useState(first);
  const [rule, setRule] = useState('');
  const [profile, setProfile] = useState<string | null>(null);
  const [values, setValues] = useState<Obj | undefined>(undefined);
  const [people, setPeople] = useState<number | null>(null);
  const { busy, error, run } = useCall([['journeys']], () => {});
  const whom = kind === 'segment' ? { segment } : kind === 'rule' ? { rule } : { profiles: profile ? [profile] : [] };
  const chosen = kind === 'segment' ? segment : kind === 'rule' ? rule.trim() : profile;
  const change = (set: () => void) => {
    setPeople(null);
    set();
  };
  const send = (dryRun: boolean) =>
    run(async (once) => {
      if (by === 'api') {
        const body = { to: { profile }, data: values ?? {} } as never;
        await data(api.POST('/api/v1/journeys/{id}/trigger', { params: { path: { id }, ...once(body) }, body }));
        notify('good', t('Begun. It shows under People when they are let in.'));
        return close();
      }
      const body = { ...whom, data: values ?? {}, dry_run: dryRun } as never;
      const made = await data(api.POST('/api/v1/journeys/{id}/enter', { params: { path: { id }, ...once(body) }, body }));
      if (dryRun) return setPeople(made.people);
      notify('good', tn(made.people, 'One person is on the way in', '{n} people are on the way in'));
      close();
    });
  // Whoever is sent in cannot be fetched back: an audience is counted first.
  const counts = people === null && by === 'manual';
  const action = counts ? t('Count first') : people === null ? t('Begin') : tn(people, 'Send one person in', 'Send {n} people in');
  return (
    <FormModal onClose={close} size="lg" title={t('Send people in')}>
      <Stack>
        {by === 'manual' && (
          <SegmentedControl
            aria-label={t('Whom')}
            value={kind}
            onChange={(v) => change(() => setKind(v as By))}
            data={[
              { value: 'segment', label: t('A segment') },
              { value: 'rule', label: t('A rule') },
              { value: 'one', label: t('One customer') },
            ]}
          />
        )}
        {kind === 'segment' && <SegmentInput label={t('Segment')} value={segment} change={(v) => change(() => setSegment(v))} />}
        {kind === 'rule' && <RuleField label={t('Whom')} value={rule} onChange={(v) => change(() => setRule(v))} />}
        {kind === 'one' && <PickCustomer label={t('Customer')} placeholder={t('Name or address')} value={profile} onChange={(v) => change(() => setProfile(v))} />}
        <ValuesInput label={t('What it is told')} description={t('Messages and conditions see it as data.')} value={values} change={setValues} />
        <Text size="sm" c="dimmed">
          {t('Who is let in is decided one by one: the entry condition, coming again and the control group hold for everybody.')}
        </Text>
        {people !== null && (
          <Alert variant="outline" color={people > 0 ? 'cyan' : 'yellow'} role="status">
            {tn(people, 'One person would be sent in. Messages may go out at once.', '{n} people would be sent in. Messages may go out at once.')}
          </Alert>
        )}
        <Finish busy={busy} error={error} action={action} disabled={!chosen || people === 0} run={() => void send(counts)} close={close} />
      </Stack>
    </FormModal>
  );
}
