/** The field that narrows a list. */
import { TextInput, type TextInputProps } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';

interface Props extends Omit<TextInputProps, 'onChange' | 'value' | 'type' | 'aria-label' | 'leftSection'> {
  /** What it finds, for who cannot see the list. */
  label: string;
  value: string;
  change: (text: string) => void;
}

export function Find({ label, value, change, ...rest }: Props) {
  return <TextInput {...rest} type="search" aria-label={label} leftSection={<IconSearch size={16} />} value={value} onChange={(e) => change(e.currentTarget.value)} />;
}
