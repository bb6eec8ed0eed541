/** What a message is given beside its customer, written out or taken from what happened last. */
import { Select, Stack, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { catalogueQuery } from '@/api/queries';
import { t } from '@/i18n';
import { languageName } from '@/i18n/tags';
import type { Spec } from '@/resources/useResource';
import { useResources } from '@/resources/useResources';
import { Problem } from '@/ui/bits';
import { JsonField } from '@/ui/JsonField';
import { useCall } from '@/ui/useCall';
import { beginnings, isValues, languagesOf, type Seen, type Values, valuesOf } from './sample';

/** The newest event of a name, of this customer if there is one. */
async function newest(name: string, profile: string | null): Promise<Seen | undefined> {
  if (profile) {
    const own = await data(api.GET('/api/v1/profiles/{id}/events', { params: { path: { id: profile }, query: { q: name, limit: 50 } } }));
    const found = own.items.find((e) => e.event === name);
    if (found) return found;
  }
  const { items } = await data(api.GET('/api/v1/events', { params: { query: { q: name, details: true, limit: 100 } } }));
  return items.find((e) => e.event === name && e.recorded)?.recorded ?? undefined;
}

/** A language of the message, in the place of the customer's; nothing where it has one only. */
export function LanguageField({ spec, value, onChange }: { spec: Spec; value: string | null; onChange: (locale: string | null) => void }) {
  const languages = languagesOf(spec);
  if (languages.length === 0 && !value) return null;
  const offered = value && !languages.includes(value) ? [...languages, value] : languages;
  return <Select label={t('Language')} placeholder={t('The customer’s')} clearable w={170} data={offered.map((tag) => ({ value: tag, label: languageName(tag) }))} value={value} onChange={onChange} />;
}

interface Props {
  /** The template's id; journeys call it so. */
  template: string;
  profile: string | null;
  values: Values;
  onChange: (values: Values) => void;
  /** Whether a value that is missing is an error; absent where that cannot be chosen. */
  strict?: { on: boolean; change: (on: boolean) => void };
}

export function SampleFields(props: Props) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary style={{ cursor: 'pointer' }}>
        <Text span size="sm">
          {t('Values of what begins it')}
        </Text>
      </summary>
      {open && <Fields {...props} />}
    </details>
  );
}

function Fields({ template, profile, values, onChange, strict }: Props) {
  // Those that name the message anywhere, however many other journeys there are.
  const journeys = useResources('journey', template || undefined).data ?? [];
  const names = (useQuery(catalogueQuery).data?.events ?? []).map((e) => e.name);
  const [taken, setTaken] = useState<string | null>(null);
  const [nothing, setNothing] = useState(false);
  const [notObject, setNotObject] = useState(false);
  const { busy, error, run } = useCall([], () => {});
  const ways = beginnings(journeys, template);
  const first = [...new Set(ways.map((w) => w.event))];
  const others = names.filter((name) => !first.includes(name));
  const take = (name: string | null) => {
    setTaken(name);
    setNothing(false);
    if (!name) return onChange({});
    return run(async () => {
      const seen = await newest(name, profile);
      setNothing(!seen);
      if (!seen) return;
      setNotObject(false);
      onChange(valuesOf(seen, ways.find((w) => w.event === name)));
    });
  };
  return (
    <Stack gap="sm" mt="xs">
      <Select
        label={t('As the newest event gives them')}
        description={t('Of the customer chosen above, else of anybody in the last seven days.')}
        placeholder={t('Choose an event')}
        searchable
        clearable
        limit={100}
        disabled={busy}
        error={nothing ? t('Nobody did this in the last seven days.') : null}
        data={[
          { group: t('Begins a journey with this message'), items: first },
          { group: t('Other events'), items: others },
        ].filter((group) => group.items.length > 0)}
        value={taken}
        onChange={(name) => void take(name)}
      />
      <Problem error={error} />
      <JsonField
        label={t('Values')}
        description={t('What the message can read beside the customer, such as {example}.', { example: '{{ event.properties.total }}' })}
        value={values}
        onChange={(next) => {
          setNotObject(!isValues(next));
          if (isValues(next)) onChange(next);
        }}
      />
      {notObject && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {t('It has to be an object, in braces.')}
        </Text>
      )}
      {strict && <Switch label={t('Strict')} description={t('A value that is missing is an error that says where it is asked for.')} checked={strict.on} onChange={(e) => strict.change(e.currentTarget.checked)} />}
    </Stack>
  );
}
