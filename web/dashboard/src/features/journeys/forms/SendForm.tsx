import { Anchor, Select, Stack, Switch, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { t } from '@/i18n';
import { useResources } from '@/resources/useResources';
import { parseDuration } from '@/rules/print';
import { lean, object, type Obj, type StepProps, text, ValuesInput } from './common';

export function SendForm({ step, change }: StepProps) {
  const send = object(step.send);
  const templates = useResources('template').data ?? [];
  const topics = useResources('topic').data ?? [];
  const put = (part: Obj) => change({ ...step, send: { ...lean({ ...send, ...part }), channel: part.channel ?? send.channel, template: part.template ?? send.template ?? '' } });
  const channel = text(send.channel) || 'email';
  const fits = templates.filter((x) => String(x.spec.channel ?? 'email') === channel);
  const template = text(send.template);
  const channels = [...new Set(['email', ...templates.map((x) => String(x.spec.channel ?? 'email')), channel])];
  const expires = text(send.expires);
  return (
    <Stack gap="sm">
      <Select label={t('Channel')} allowDeselect={false} data={channels.map((c) => ({ value: c, label: t(c) }))} value={channel} onChange={(v) => put({ channel: v, template: '' })} />
      <Select
        label={t('What to send')}
        required
        searchable
        data={[
          ...fits.map((x) => ({ value: x.id, label: `${String(x.spec.name ?? x.id)}${x.live_version ? '' : ` (${t('draft')})`}` })),
          ...(template && !fits.some((x) => x.id === template) ? [{ value: template, label: template }] : []),
        ]}
        value={template || null}
        onChange={(v) => put({ template: v ?? '' })}
        nothingFoundMessage={t('Nothing fits; make one under Content.')}
      />
      {template && (
        <Anchor size="sm" component={Link} to="/content/$id" params={{ id: template } as never}>
          {t('Open it')}
        </Anchor>
      )}
      <Select
        label={t('Topic')}
        description={t('What customers can leave; that of the template when empty.')}
        clearable
        data={topics.map((x) => ({ value: x.id, label: String(x.spec.name ?? x.id) }))}
        value={text(send.topic) || null}
        onChange={(v) => put({ topic: v ?? undefined })}
      />
      <Switch
        label={t('They asked for it')}
        description={t('Passes consent and quiet hours; must not advertise.')}
        checked={send.transactional === true}
        onChange={(e) => put({ transactional: e.currentTarget.checked || undefined })}
      />
      <TextInput
        label={t('Worth sending for')}
        description={t('Such as 12h or 3d; three days when empty.')}
        value={expires}
        error={expires && parseDuration(expires) === null ? t('Such as 30m, 12h or 3d.') : null}
        onChange={(e) => put({ expires: e.currentTarget.value || undefined })}
      />
      <ValuesInput label={t('More values for the message')} value={send.data} change={(data) => put({ data })} />
    </Stack>
  );
}
