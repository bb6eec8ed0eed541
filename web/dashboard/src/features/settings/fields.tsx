/** Fields of settings that name something else: channels and topics, by their names. */
import { MultiSelect } from '@mantine/core';
import { CHANNELS } from '@/api/channels';
import { t } from '@/i18n';
import { PickDocuments } from '@/resources/PickDocument';
import type { OwnField } from '@/ui/SchemaForm';

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const orNothing = (list: string[]): string[] | undefined => (list.length > 0 ? list : undefined);

export const ChannelsField: OwnField = ({ label, schema, value, set }) => {
  const chosen = listOf(value);
  const known = [...new Set([...(schema.items?.enum?.map(String) ?? CHANNELS), ...chosen])];
  return <MultiSelect label={label} description={schema.description ?? t('Every channel when none is chosen.')} clearable searchable data={known.map((c) => ({ value: c, label: t(c) }))} value={chosen} onChange={(next) => set(orNothing(next))} />;
};

export const TopicsField: OwnField = ({ label, schema, value, set }) => {
  const chosen = listOf(value);
  return (
    <PickDocuments
      kind="topic"
      label={label}
      description={schema.description ?? t('Every topic, and what has none, when none is chosen.')}
      clearable
      value={chosen}
      change={(next) => set(orNothing(next))}
      nothingFoundMessage={t('There is no such topic.')}
    />
  );
};
