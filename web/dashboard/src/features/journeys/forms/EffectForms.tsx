/** Steps that change or tell something: traits, events, lists, other systems, other journeys. */
import { Autocomplete, Code, NumberInput, SegmentedControl, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { catalogueQuery } from '@/api/queries';
import { t } from '@/i18n';
import { useOffered } from '@/resources/useOffered';
import { DurationInput } from '@/rules/ConditionFields';
import { parseDuration, printDuration } from '@/rules/print';
import { JsonField } from '@/ui/JsonField';
import { ClockFields, EventInput, lean, object, type Obj, type StepProps, text, ValuesInput, WhereInput } from './common';

export function UpdateForm({ step, change }: StepProps) {
  const update = object(step.update);
  const unset = Array.isArray(update.unset) ? (update.unset as string[]) : [];
  const traits = Object.keys(useQuery(catalogueQuery).data?.traits ?? {});
  const put = (part: Obj) => {
    const next = lean({ ...update, ...part });
    change({ ...step, update: Object.keys(next).length > 0 ? next : { set: {} } });
  };
  return (
    <Stack gap="sm">
      <ValuesInput label={t('Set traits')} names={traits} value={update.set} change={(set) => put({ set })} />
      <TagsInput label={t('Remove traits')} data={traits} value={unset} onChange={(next) => put({ unset: next })} />
    </Stack>
  );
}

export function EmitForm({ step, change }: StepProps) {
  const emit = object(step.emit);
  return (
    <Stack gap="sm">
      <EventInput label={t('Event')} value={text(emit.event)} change={(event) => change({ ...step, emit: { ...emit, event } })} />
      <ValuesInput label={t('Properties')} value={emit.properties} change={(properties) => change({ ...step, emit: { ...lean({ ...emit, properties }), event: emit.event ?? '' } })} />
    </Stack>
  );
}

export function WebhookForm({ step, change }: StepProps) {
  const hook = object(step.webhook);
  const put = (part: Obj) => change({ ...step, webhook: { ...lean({ ...hook, ...part }), url: part.url ?? hook.url ?? '' } });
  const method = text(hook.method) || 'POST';
  return (
    <Stack gap="sm">
      <TextInput label={t('Address')} description={t('Path and query may hold values and Liquid: /customers/{{ profile.id }}?plan={{ traits.plan | default: "none" }}. The server may not.')} required value={text(hook.url)} onChange={(e) => put({ url: e.currentTarget.value })} />
      <Select label={t('Method')} allowDeselect={false} data={['GET', 'POST', 'PUT', 'PATCH', 'DELETE']} value={method} onChange={(v) => put({ method: v === 'POST' ? undefined : v })} />
      <ValuesInput label={t('Headers')} description={t('May hold values and Liquid.')} value={hook.headers} change={(headers) => put({ headers })} />
      {method !== 'GET' && (
        <>
          <SegmentedControl
            size="xs"
            aria-label={t('Body')}
            value={hook.body === undefined ? 'all' : 'own'}
            onChange={(v) => put({ body: v === 'own' ? { customer: '{{ profile.id }}' } : undefined })}
            data={[
              { value: 'all', label: t('All the run knows') },
              { value: 'own', label: t('A body of your own') },
            ]}
          />
          {hook.body !== undefined && <JsonField label={t('Body')} description={t('Texts may hold values and Liquid: {{ event.properties.total }}, {{ traits.name | upcase }}. A text that is one plain value keeps its type; whatever a value holds, the body stays this JSON.')} value={hook.body} onChange={(body) => put({ body })} />}
        </>
      )}
      <DurationInput label={t('Time for an answer')} ms={parseDuration(text(hook.timeout)) ?? 10_000} change={(ms) => put({ timeout: printDuration(Math.min(ms, 60_000)) })} />
      <NumberInput label={t('Attempts')} min={1} max={10} value={typeof hook.attempts === 'number' ? hook.attempts : 3} onChange={(n) => put({ attempts: Number(n) || undefined })} />
      <ValuesInput label={t('Keep of the answer')} description={t('Trait, and the path in the answer’s JSON: score, customer.tier.')} value={hook.save} change={(save) => put({ save })} />
      <Text size="xs" c="dimmed">
        {t('People wait here until an answer is there; when every attempt failed they take the second way.')}
      </Text>
    </Stack>
  );
}

export function ListForm({ step, change }: StepProps) {
  const list = object(step.list);
  const add = !('remove' in list);
  const value = text(add ? list.add : list.remove);
  const lists = useOffered('segment', value, { fits: (s) => s.spec.kind === 'list' });
  const put = (toAdd: boolean, id: string) => change({ ...step, list: toAdd ? { add: id } : { remove: id } });
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label={t('Do')}
        value={add ? 'add' : 'remove'}
        onChange={(v) => put(v === 'add', value)}
        data={[
          { value: 'add', label: t('Add to a list') },
          { value: 'remove', label: t('Remove from a list') },
        ]}
      />
      <Select
        label={t('List')}
        description={t('Lists are made under Segments and kept by hand.')}
        required
        {...lists.select}
        value={value || null}
        onChange={(id) => put(add, id ?? '')}
        nothingFoundMessage={t('There is no list yet')}
      />
    </Stack>
  );
}

export function LimitForm({ step, change, spec }: StepProps) {
  const limit = object(step.limit);
  const put = (part: Obj) => change({ ...step, limit: lean({ ...limit, ...part }) });
  const others = spec.steps.filter((s) => s.id !== step.id).map((s) => object(s.limit));
  const name = (named: string) => {
    const slug = named.toLowerCase().replace(/[^a-z0-9_-]+/g, '-');
    // Who joins a limiter lets pass what it lets pass.
    const shared = others.find((l) => l.name === slug);
    put({ name: slug, ...(shared ? { count: shared.count, per: shared.per } : {}) });
  };
  return (
    <Stack gap="sm">
      <Autocomplete
        label={t('Shared name')}
        description={t('Limiters of one name in this journey let so many pass together; empty: this one alone.')}
        data={[...new Set(others.map((l) => text(l.name)).filter(Boolean))]}
        value={text(limit.name)}
        onChange={name}
      />
      <NumberInput label={t('People')} min={1} max={1_000_000} value={typeof limit.count === 'number' ? limit.count : 100} onChange={(n) => put({ count: Number(n) || 1 })} />
      <DurationInput label={t('In')} ms={parseDuration(text(limit.per)) ?? 60_000} change={(ms) => put({ per: printDuration(ms) })} />
      <Text size="xs" c="dimmed">
        {t('So many pass in that time; the others wait their turn here.')}
      </Text>
    </Stack>
  );
}

export function DigestForm({ step, change }: StepProps) {
  const digest = object(step.digest);
  const put = (part: Obj) => change({ ...step, digest: { ...lean({ ...digest, ...part }), event: part.event ?? digest.event ?? '' } });
  return (
    <Stack gap="sm">
      <EventInput label={t('Event to collect')} value={text(digest.event)} change={(event) => put({ event })} />
      <WhereInput value={digest.where} change={(where) => put({ where })} />
      <DurationInput label={t('For')} ms={parseDuration(text(digest.for)) ?? 0} change={(ms) => put({ for: printDuration(ms) })} />
      <ClockFields value={digest} change={put} />
      <NumberInput label={t('Kept in the list')} description={t('All are counted.')} min={1} max={100} placeholder="20" value={typeof digest.keep === 'number' ? digest.keep : ''} onChange={(n) => put({ keep: typeof n === 'number' ? n : undefined })} />
      <Text size="xs" c="dimmed">
        {t('Messages after it see')} <Code>{`{{ digest.count }}`}</Code> <Code>{`{% for e in digest.events %}`}</Code>
      </Text>
    </Stack>
  );
}

/** One of the journeys that fit. */
function JourneySelect({ id, fits, none, choose }: { id: string; fits: (spec: Obj) => boolean; none: string; choose: (id: string) => void }) {
  const offered = useOffered('journey', id, { fits: (j) => fits(j.spec) });
  return <Select label={t('Journey')} required {...offered.select} value={id || null} onChange={(v) => choose(v ?? '')} nothingFoundMessage={none} />;
}

export function StopForm({ step, change }: StepProps) {
  const journey = text(object(step.stop).journey);
  return (
    <Stack gap="sm">
      <JourneySelect id={journey} fits={() => true} none={t('There is no other journey.')} choose={(id) => change({ ...step, stop: { journey: id } })} />
      <Text size="sm" c="dimmed">
        {t('Customers who are in it leave it; its messages that have not left are taken back.')}
      </Text>
    </Stack>
  );
}

export function StartForm({ step, change }: StepProps) {
  const start = object(step.start);
  const choose = (journey: string) => change({ ...step, start: { ...start, journey } });
  return (
    <Stack gap="sm">
      <JourneySelect id={text(start.journey)} fits={(spec) => 'journey' in object(spec.trigger)} none={t('None begins by another journey yet.')} choose={choose} />
      <ValuesInput label={t('What it is told')} value={start.data} change={(data) => change({ ...step, start: { ...lean({ ...start, data }), journey: start.journey ?? '' } })} />
    </Stack>
  );
}
