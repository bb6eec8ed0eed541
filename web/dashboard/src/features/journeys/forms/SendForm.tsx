import { Anchor, Select, Stack, Switch, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { CHANNELS } from '@/api/channels';
import { t } from '@/i18n';
import { PickDocument } from '@/resources/PickDocument';
import { useOffered } from '@/resources/useOffered';
import { parseDuration } from '@/rules/print';
import { lean, object, type Obj, type StepProps, text, ValuesInput } from './common';
import { WindowFields } from './WindowFields';

export function SendForm({ step, change }: StepProps) {
  const send = object(step.send);
  const put = (part: Obj) => change({ ...step, send: { ...lean({ ...send, ...part }), channel: part.channel ?? send.channel, template: part.template ?? send.template ?? '' } });
  const channel = text(send.channel) || 'email';
  const template = text(send.template);
  const templates = useOffered('template', template, { fits: (x) => String(x.spec.channel ?? 'email') === channel });
  const channels = [...new Set([...CHANNELS, ...templates.rows.map((x) => String(x.spec.channel ?? 'email')), channel])];
  const expires = text(send.expires);
  return (
    <Stack gap="sm">
      <Select label={t('Channel')} allowDeselect={false} data={channels.map((c) => ({ value: c, label: t(c) }))} value={channel} onChange={(v) => put({ channel: v, template: '' })} />
      <Select
        label={t('What to send')}
        required
        {...templates.select}
        value={template || null}
        onChange={(v) => put({ template: v ?? '' })}
        nothingFoundMessage={t('Nothing fits; make one under Content.')}
      />
      {template ? (
        <Anchor size="sm" component={Link} to="/content/$id" params={{ id: template } as never}>
          {t('Open it')}
        </Anchor>
      ) : (
        <Anchor size="sm" component={Link} to="/content/new" search={{ channel } as never}>
          {t('Write a new one')}
        </Anchor>
      )}
      <PickDocument
        kind="topic"
        label={t('Topic')}
        description={t('What customers can leave; that of the template when empty.')}
        clearable
        value={text(send.topic)}
        change={(id) => put({ topic: id || undefined })}
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
      <WindowFields value={send.window === undefined ? undefined : object(send.window)} change={(window) => put({ window })} />
      <ValuesInput label={t('More values for the message')} value={send.data} change={(data) => put({ data })} />
    </Stack>
  );
}
