/** Which language is written, one more, one less. */
import { Button, Group, Select } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { t } from '@/i18n';
import { languageName } from '@/i18n/tags';
import { LanguageSelect } from './LanguageSelect';

export interface Choice {
  tag: string;
  /** How far it is, beside its name. */
  note?: string;
}

/** Whoever may not edit chooses all the same which language they look at, so it does not stand among fields that are looked at. */
export function LanguageBar({ mayEdit, languages, value, change, remove, without = [] }: {
  mayEdit: boolean;
  languages: readonly Choice[];
  value: string | null;
  change: (tag: string) => void;
  /** Takes away what is written in the language that is chosen; absent where nothing is. */
  remove?: (() => void) | undefined;
  /** Languages that cannot be added beside those there are. */
  without?: readonly string[];
}) {
  /** Drawn anew once something was added, so that the field is empty again. */
  const [added, setAdded] = useState(0);
  const name = ({ tag, note }: Choice) => `${languageName(tag)}${note ? ` · ${note}` : ''}`;
  return (
    <Group align="flex-end" gap="sm">
      {languages.length > 0 && <Select label={t('Language')} placeholder={t('Choose a language')} allowDeselect={false} w={260} maw="100%" data={languages.map((x) => ({ value: x.tag, label: name(x) }))} value={value} onChange={(next) => next && change(next)} />}
      {mayEdit && (
        <LanguageSelect
          key={added}
          label={t('Add a language')}
          placeholder={t('French, pt-br…')}
          without={[...languages.map((x) => x.tag), ...without]}
          value={null}
          onChange={(next) => {
            setAdded(added + 1);
            if (next) change(next);
          }}
        />
      )}
      {mayEdit && remove && value && (
        <Button variant="default" leftSection={<IconTrash size={16} />} onClick={remove}>
          {t('Remove {what}', { what: languageName(value) })}
        </Button>
      )}
    </Group>
  );
}
