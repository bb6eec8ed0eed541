/** Conditions on the account (company, household, team) somebody belongs to. */
import { Group as Row, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { t } from '@/i18n';
import { type AccountsCondition, type FieldCondition, fresh, freshField } from './builder';
import { FieldFields, NumberTest } from './FieldFields';
import { ruleCatalogueQuery } from './useCompletion';

type Props = { condition: FieldCondition | AccountsCondition; change: (next: FieldCondition | AccountsCondition) => void };

export function AccountFields({ condition: c, change }: Props) {
  const traits = (useQuery(ruleCatalogueQuery).data?.accounts ?? []).map((a) => a.name);
  const names = traits.includes('id') ? traits : [...traits, 'id'];
  return (
    <Row gap="xs" align="flex-end">
      <Select
        size="xs"
        label={t('Asked about')}
        allowDeselect={false}
        w={210}
        data={[
          { value: 'trait', label: t('a trait of their account') },
          { value: 'account_members', label: t('members of their account') },
          { value: 'accounts', label: t('accounts they belong to') },
        ]}
        value={c.kind === 'field' ? 'trait' : c.measure}
        onChange={(v) => {
          if (v === 'trait') change(c.kind === 'field' ? c : freshField('account'));
          else change({ ...(c.kind === 'accounts' ? c : (fresh('accounts') as AccountsCondition)), measure: v as AccountsCondition['measure'] });
        }}
      />
      {c.kind === 'field' ? (
        <FieldFields condition={c} change={change} names={names} label={t('Trait')} />
      ) : (
        <NumberTest op={c.op} value={c.value} change={(part) => change({ ...c, ...part })} />
      )}
    </Row>
  );
}
