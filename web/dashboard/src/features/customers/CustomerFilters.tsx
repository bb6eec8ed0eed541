/** What the list of customers is narrowed by beside its search: a segment, and a trait. */
import { Autocomplete, Button, FocusTrap, Popover, Select, Stack } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { catalogueQuery } from '@/api/queries';
import { t } from '@/i18n';
import { useValues } from '@/rules/values';
import { useNames } from '@/resources/names';
import { PickDocument } from '@/resources/PickDocument';
import { type Chip, Chips } from '@/ui/Chips';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { COMPARED, ruleOf } from './search';

export function CustomerFilters() {
  const [search, change] = useSearchState();
  const traits = Object.keys(useQuery(catalogueQuery).data?.traits ?? {});
  const op = search.op ?? 'is';
  return (
    <Popover position="bottom-end" width={300} trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconFilter size={16} />}>
          {t('Filter')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <FocusTrap.InitialFocus />
        <Stack gap="sm">
          <PickDocument
            kind="segment"
            status="live"
            label={t('In the segment')}
            placeholder={t('Everybody')}
            clearable
            comboboxProps={{ withinPortal: false }}
            value={search.segment ?? ''}
            change={(id) => change({ segment: id || undefined })}
          />
          <Select
            label={t('Trait')}
            placeholder={t('Any')}
            clearable
            searchable
            limit={100}
            comboboxProps={{ withinPortal: false }}
            data={[...new Set([...traits, ...(search.trait ? [search.trait] : [])])]}
            value={search.trait ?? null}
            onChange={(v) => change({ trait: v ?? undefined, ...(v ? {} : { op: undefined, value: undefined }) })}
          />
          {search.trait && (
            <>
              <Select label={t('Compared')} allowDeselect={false} comboboxProps={{ withinPortal: false }} data={COMPARED.map((c) => ({ value: c.op, label: t(c.title) }))} value={op} onChange={(v) => change({ op: v === 'is' ? undefined : (v ?? undefined) })} />
              {op !== 'has' && <TraitValue trait={search.trait} />}
            </>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** What it is compared with; what the trait has been is offered. */
function TraitValue({ trait }: { trait: string }) {
  const [text, setText] = useSearchText('value', 300);
  const values = [...new Set(useValues({ trait }, text).map(String))];
  return <Autocomplete label={t('Value')} comboboxProps={{ withinPortal: false }} limit={50} data={values} value={text} onChange={setText} />;
}

/** The filters that are on, as the address has them. */
export function ChosenFilters() {
  const [search, change] = useSearchState();
  const nameOf = useNames('segment');
  const op = search.op ?? 'is';
  const chips: Chip[] = [];
  if (search.segment) {
    const name = nameOf(search.segment);
    chips.push({ text: t('Segment: {name}', { name }), remove: () => change({ segment: undefined }) });
  }
  if (search.trait && ruleOf(search.trait, op, search.value)) {
    const compared = COMPARED.find((c) => c.op === op);
    const value = op === 'has' ? '' : (search.value ?? '');
    chips.push({ text: `${search.trait} ${compared ? t(compared.title) : op} ${value}`.trim(), remove: () => change({ trait: undefined, op: undefined, value: undefined }) });
  }
  return <Chips of={chips} />;
}
