/** A language by its name, or by any tag that is typed. */
import { Select } from '@mantine/core';
import { useState } from 'react';
import { t } from '@/i18n';
import { languageName, offered } from '@/i18n/tags';

interface Props {
  label: string;
  description?: string;
  placeholder?: string;
  clearable?: boolean;
  /** Languages that are not offered. */
  without?: readonly string[];
  value: string | null;
  onChange: (tag: string | null) => void;
}

export function LanguageSelect({ value, onChange, without = [], ...rest }: Props) {
  const [typed, type] = useState('');
  const all = offered(without, typed);
  const data = value && !all.some((x) => x.value === value) ? [{ value, label: `${languageName(value)} (${value})` }, ...all] : all;
  return (
    <Select
      {...rest}
      searchable
      w={240}
      maw="100%"
      data={data}
      limit={60}
      searchValue={typed}
      onSearchChange={type}
      nothingFoundMessage={t('No language is called so. Tags such as pt-br can be typed.')}
      value={value}
      onChange={onChange}
    />
  );
}
