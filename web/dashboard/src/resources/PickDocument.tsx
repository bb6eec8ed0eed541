/** Fields that name documents, one or several, however many there are. */
import { MultiSelect, type MultiSelectProps, Select, type SelectProps } from '@mantine/core';
import { t } from '@/i18n';
import { type Offering, useOffered, useOfferedMany } from './useOffered';

type Own = 'data' | 'value' | 'onChange' | 'searchable' | 'searchValue' | 'onSearchChange';

interface One extends Omit<SelectProps, Own>, Pick<Offering, 'status' | 'fits'> {
  kind: string;
  /** The id; empty for none. */
  value: string;
  change: (id: string) => void;
}

/** One document of a kind. */
export function PickDocument({ kind, value, change, status, fits, ...rest }: One) {
  const { select } = useOffered(kind, value, { status, ...(fits ? { fits } : {}) });
  return <Select nothingFoundMessage={t('Nothing was found.')} {...rest} {...select} value={value || null} onChange={(id) => change(id ?? '')} />;
}

interface Several extends Omit<MultiSelectProps, Own> {
  kind: string;
  value: readonly string[];
  change: (ids: string[]) => void;
}

/** Several documents of a kind. */
export function PickDocuments({ kind, value, change, ...rest }: Several) {
  const { select } = useOfferedMany(kind, value);
  return <MultiSelect nothingFoundMessage={t('Nothing was found.')} {...rest} {...select} value={[...value]} onChange={change} />;
}
