/** Whom something concerns: a segment, or everybody for whom a rule holds. */
import { SegmentedControl, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { segmentsQuery } from '@/api/queries';
import { t } from '@/i18n';
import { RuleField } from '@/rules/RuleField';
import { type Obj, text } from './common';

export function SegmentInput({ label, value, change }: { label: string; value: string; change: (id: string) => void }) {
  const segments = useQuery(segmentsQuery).data?.items ?? [];
  const data = [...segments.map((s) => ({ value: s.id, label: s.name || s.id })), ...(value && !segments.some((s) => s.id === value) ? [{ value, label: value }] : [])];
  return <Select label={label} required searchable data={data} value={value || null} onChange={(v) => change(v ?? '')} />;
}

export function AudienceFields({ value, change }: { value: Obj; change: (audience: Obj) => void }) {
  return (
    <>
      <SegmentedControl
        size="xs"
        w="fit-content"
        aria-label={t('Whom')}
        value={'rule' in value ? 'rule' : 'segment'}
        onChange={(k) => change(k === 'rule' ? { rule: '' } : { segment: '' })}
        data={[
          { value: 'segment', label: t('A segment') },
          { value: 'rule', label: t('A rule') },
        ]}
      />
      {'rule' in value ? (
        <RuleField label={t('Whom')} value={text(value.rule)} onChange={(rule) => change({ rule })} />
      ) : (
        <SegmentInput label={t('Segment')} value={text(value.segment)} change={(segment) => change({ segment })} />
      )}
    </>
  );
}
