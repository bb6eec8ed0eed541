/** The hours of the week in which a message may leave. */
import { Autocomplete, Group, Stack, Switch, TextInput } from '@mantine/core';
import { t } from '@/i18n';
import { lean, type Obj, text, Weekdays } from './common';

/** What most people mean by it. */
const FRESH: Obj = { from: '09:00', to: '18:00' };

export function WindowFields({ value, change }: { value: Obj | undefined; change: (window: Obj | undefined) => void }) {
  const put = (part: Obj) => change(lean({ ...value, ...part }));
  const zone = text(value?.zone);
  return (
    <>
      <Switch
        label={t('Only at certain hours')}
        description={t('What is decided outside of them waits; what it is worth sending for counts from when they begin.')}
        checked={value !== undefined}
        onChange={(e) => change(e.currentTarget.checked ? FRESH : undefined)}
      />
      {value && (
        <fieldset className="fieldset">
          <legend>{t('Hours for sending')}</legend>
          <Stack gap="sm">
            <Group grow>
              <TextInput label={t('From')} type="time" value={text(value.from)} onChange={(e) => put({ from: e.currentTarget.value })} />
              <TextInput label={t('Until')} type="time" value={text(value.to)} onChange={(e) => put({ to: e.currentTarget.value })} />
            </Group>
            <Weekdays value={value.weekdays} change={(weekdays) => put({ weekdays })} />
            <Autocomplete
              label={t('Whose clocks')}
              description={t('The customer’s own when empty, or a zone such as Europe/Berlin.')}
              data={Intl.supportedValuesOf('timeZone')}
              limit={50}
              value={zone === 'profile' ? '' : zone}
              onChange={(next) => put({ zone: next })}
            />
          </Stack>
        </fieldset>
      )}
    </>
  );
}
