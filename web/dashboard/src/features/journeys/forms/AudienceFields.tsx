/** Whom something concerns: a segment, or everybody for whom a rule holds. */
import { SegmentedControl } from '@mantine/core';
import { t } from '@/i18n';
import { PickDocument } from '@/resources/PickDocument';
import { RuleField } from '@/rules/RuleField';
import { type Obj, text } from './common';

export function SegmentInput({ label, value, change }: { label: string; value: string; change: (id: string) => void }) {
  return <PickDocument kind="segment" status="live" label={label} required value={value} change={change} />;
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
