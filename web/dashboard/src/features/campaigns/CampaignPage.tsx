/** A campaign: whom, what, when; how it does while it runs. */
import { Alert, Grid, NumberInput, Select, SimpleGrid, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { CHANNELS } from '@/api/channels';
import { api, data } from '@/api/client';
import { Preview } from '@/features/content/Preview';
import { AudienceFields } from '@/features/journeys/forms/AudienceFields';
import { object, type Obj, text, ValuesInput } from '@/features/journeys/forms/common';
import { GoalFields, Holdout, Priority } from '@/features/journeys/forms/Purpose';
import { WindowFields } from '@/features/journeys/forms/WindowFields';
import { ScheduleFields } from '@/features/journeys/forms/ScheduleFields';
import { t } from '@/i18n';
import { PickDocument } from '@/resources/PickDocument';
import { ResourceBar, ResourceProblem } from '@/resources/ResourceBar';
import { slugOf, type Spec, useResource } from '@/resources/useResource';
import { useOffered } from '@/resources/useOffered';
import { useResources } from '@/resources/useResources';
import { Audience } from '@/rules/Audience';
import { RuleField } from '@/rules/RuleField';
import { Loaded, Status } from '@/ui/bits';
import { Editable } from '@/ui/Editable';
import { Page } from '@/ui/Page';
import { Section } from '@/ui/Section';
import { BestHour, comesRound, CompareFields, GoalWithin, ResendFields, TemplateSelect } from './Fields';
import { Figures } from './Figures';
import { RunCampaign } from './RunCampaign';
import { Variants } from './Variants';

const BEGINNING: Spec = { name: '', audience: { segment: '' }, template: '' };
/** States in which something has happened already. */
const BEGUN = ['sending', 'paused', 'sent', 'cancelled'];

export function CampaignPage() {
  const { id = 'new' } = useParams({ strict: false });
  const navigate = useNavigate();
  const editing = useResource('campaign', id, BEGINNING);
  const { ownId, setOwnId } = editing;
  const live = useQuery({
    queryKey: ['campaigns', id],
    queryFn: ({ signal }) => data(api.GET('/api/v1/campaigns/{id}', { params: { path: { id } }, signal })),
    enabled: editing.hasLive,
    refetchInterval: 3_000,
  });
  const spec = editing.spec ?? {};
  const set = (part: Spec) => editing.change((before) => Object.fromEntries(Object.entries({ ...before, ...part }).filter(([, v]) => v !== undefined)));
  const name = text(spec.name);
  const newId = ownId ?? slugOf(name);
  const audience = object(spec.audience);
  const rule = 'rule' in audience ? text(audience.rule) : text(audience.segment) ? `in_segment("${text(audience.segment)}")` : '';
  const channel = text(spec.channel) || 'email';
  const block = !name.trim() ? t('Give it a name first.') : !rule ? t('Choose whom it is for.') : !text(spec.template) ? t('Choose what to send.') : undefined;
  const c = live.data;
  const { mayEdit } = editing;
  const compare = spec.compare === undefined ? null : object(spec.compare);
  const body = (
    <Page
      title={editing.isNew ? t('New campaign') : name || id}
      crumbs={[{ title: t('Campaigns'), to: '/campaigns' }]}
      intro={c ? <Status of={c.state} /> : undefined}
      actions={
        <>
          {mayEdit && c && <RunCampaign of={c} scheduled={spec.schedule !== undefined} dirty={editing.dirty} />}
          <ResourceBar
            kind="campaign"
            id={id}
            editing={editing}
            newId={newId}
            block={block}
            onSaved={(saved) => {
              if (!editing.isNew) void live.refetch();
              else void navigate({ to: '/campaigns/$id', params: { id: saved.id } as never });
            }}
            onArchived={() => void navigate({ to: '/campaigns' })}
          />
        </>
      }
    >
      <ResourceProblem editing={editing} />
      {c && BEGUN.includes(c.state) && (
        <>
          <Figures of={c} spec={spec} channel={channel} />
          <Variants of={c} />
        </>
      )}
      {c?.state === 'ready' && (
        <Alert variant="outline" color="cyan">
          {t('It is live and begins when you start it.')}
        </Alert>
      )}
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Editable may={mayEdit}>
          <Stack>
            <Section title={t('What it is')}>
              <TextInput label={t('Name')} required dir="auto" value={name} onChange={(e) => set({ name: e.currentTarget.value })} />
              {editing.isNew && <TextInput label={t('Id')} value={newId} onChange={(e) => setOwnId(e.currentTarget.value)} />}
            </Section>
            <Section title={t('Whom')}>
              <AudienceFields value={audience} change={(next) => set({ audience: next })} />
              <TagsInput
                label={t('Colleagues who get it as well')}
                description={t('By e-mail address, when a customer with it exists.')}
                value={Array.isArray(spec.seeds) ? (spec.seeds as string[]) : []}
                onChange={(seeds) => set({ seeds: seeds.length > 0 ? seeds : undefined })}
              />
              <RuleField label={t('Not (any more) those for whom')} value={text(spec.exit_when)} onChange={(when) => set({ exit_when: when || undefined })} />
            </Section>
            <Section title={t('What')}>
              <ChannelAndTopic channel={channel} topic={text(spec.topic)} set={set} />
              <TemplateSelect label={t('What to send')} required channel={channel} value={text(spec.template)} change={(template) => set({ template })} />
              <ValuesInput label={t('Values the message sees')} description={t('Such as a subject: the message says {{ subject }}.')} value={spec.data} change={(values) => set({ data: values })} />
              <CompareFields value={compare} channel={channel} template={text(spec.template)} change={(next) => set({ compare: next })} />
              {channel === 'email' && <ResendFields value={spec.resend === undefined ? null : object(spec.resend)} change={(next) => set({ resend: next })} />}
            </Section>
            <Section title={t('When')}>
              <ScheduleFields none={t('when somebody starts it')} value={spec.schedule === undefined ? undefined : object(spec.schedule)} set={(schedule) => set({ schedule })} />
              <WindowFields value={spec.window === undefined ? undefined : object(spec.window)} change={(window) => set({ window })} />
              <NumberInput
                label={t('At most so many a minute')}
                description={t('Slower is kinder to a shop that is about to be visited by everybody. Empty: as fast as the channel can.')}
                min={1}
                max={1_000_000}
                value={typeof spec.throttle === 'number' ? spec.throttle : ''}
                onChange={(n) => set({ throttle: typeof n === 'number' ? n : undefined })}
              />
              <BestHour value={text(spec.best_hour)} change={(hour) => set({ best_hour: hour })} />
            </Section>
            <Section title={t('What it is for')}>
              <Priority value={spec.priority} change={(priority) => set({ priority })} />
              <GoalFields goal={spec.goal} change={(goal) => set({ goal })} />
              {spec.goal !== undefined && <GoalWithin goal={object(spec.goal)} comesRound={comesRound(spec.schedule)} change={(goal) => set({ goal })} />}
              <Holdout value={typeof spec.holdout === 'number' ? spec.holdout : 0} hasGoal={spec.goal !== undefined} change={(holdout) => set({ holdout })} />
            </Section>
          </Stack>
          </Editable>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack className="sticky">
            <Audience rule={rule} />
            <Message id={text(spec.template)} />
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  );
  return editing.isNew ? body : <Loaded query={editing.saved}>{() => body}</Loaded>;
}

function ChannelAndTopic({ channel, topic, set }: { channel: string; topic: string; set: (part: Obj) => void }) {
  const templates = useResources('template').data ?? [];
  const channels = [...new Set([...CHANNELS, channel, ...templates.map((x) => String(x.spec.channel ?? 'email'))])];
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <Select label={t('Channel')} allowDeselect={false} data={channels.map((c) => ({ value: c, label: t(c) }))} value={channel} onChange={(v) => set({ channel: v === 'email' ? undefined : v, template: '' })} />
      <PickDocument kind="topic" label={t('Topic')} clearable value={topic} change={(id) => set({ topic: id || undefined })} />
    </SimpleGrid>
  );
}

/** The message as it is written now. */
function Message({ id }: { id: string }) {
  const found = useOffered('template', id).chosen;
  if (!found) return <Text size="sm" c="dimmed">{t('The message is shown here once it is chosen.')}</Text>;
  return <Preview spec={found.spec as Spec} />;
}
