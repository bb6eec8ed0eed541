/** What decides messages: a journey, or a campaign, which messages and reports call `campaign/ID`. */
import { Select, type SelectProps } from '@mantine/core';
import { t } from '@/i18n';
import { ofJourney } from './names';
import { type Option, typedOf } from './offered';
import type { Document } from './ResourceList';
import { useCandidates, useTyped } from './useOffered';

interface Props extends Omit<SelectProps, 'data' | 'value' | 'onChange' | 'searchable' | 'searchValue' | 'onSearchChange'> {
  value: string;
  change: (id: string) => void;
  /** Stands before them all, with a value that is no id. */
  first?: Option;
}

const label = (r: Document): string => String(r.spec.name ?? r.id);

export function PickSender({ value, change, first, ...rest }: Props) {
  const { text, setText, q } = useTyped();
  const { kind, id } = ofJourney(value);
  const of = (which: 'journey' | 'campaign') => (kind === which && id ? [id] : []);
  const typed = typedOf(q, first ? [first.label] : []);
  const journeys = useCandidates('journey', of('journey'), typed, { label });
  const campaigns = useCandidates('campaign', of('campaign'), typed, { label });
  const groups = [
    { group: t('Campaigns'), items: campaigns.options.map((o) => ({ ...o, value: `campaign/${o.value}` })) },
    { group: t('Journeys'), items: journeys.options },
  ].filter((group) => group.items.length > 0);
  return (
    <Select
      nothingFoundMessage={t('Nothing was found.')}
      {...rest}
      data={[...(first ? [first] : []), ...groups]}
      searchable
      searchValue={text}
      onSearchChange={setText}
      value={value || (first ? first.value : null)}
      onChange={(chosen) => change(chosen ?? '')}
    />
  );
}
