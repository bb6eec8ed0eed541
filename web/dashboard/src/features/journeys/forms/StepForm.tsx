/** The content of a step, by its action. */
import { TextInput } from '@mantine/core';
import type { ComponentType } from 'react';
import { t } from '@/i18n';
import { type Action, actionOf } from '../graph';
import { BranchForm, ExperimentForm, SplitForm, WinnerForm } from './ArmForms';
import type { StepProps } from './common';
import { DigestForm, EmitForm, LimitForm, ListForm, StartForm, StopForm, UpdateForm, WebhookForm } from './EffectForms';
import { MessageForm } from './MessageForm';
import { SendForm } from './SendForm';
import { WaitForm } from './WaitForm';

function ExitForm({ step, change }: StepProps) {
  return <TextInput label={t('Reason')} description={t('Reports count the ends by it.')} value={String(step.exit ?? '')} onChange={(e) => change({ ...step, exit: e.currentTarget.value })} />;
}

/** A form for every action; a jump is no more than where it leads, which is asked below. */
const FORMS: Record<Exclude<Action, 'jump'>, ComponentType<StepProps>> = {
  send: SendForm,
  wait: WaitForm,
  branch: BranchForm,
  split: SplitForm,
  experiment: ExperimentForm,
  winner: WinnerForm,
  message: MessageForm,
  update: UpdateForm,
  emit: EmitForm,
  webhook: WebhookForm,
  list: ListForm,
  limit: LimitForm,
  digest: DigestForm,
  start: StartForm,
  stop: StopForm,
  exit: ExitForm,
};

export function StepForm(props: StepProps) {
  const action = actionOf(props.step);
  if (!action || action === 'jump') return null;
  const Form = FORMS[action];
  return <Form {...props} />;
}
