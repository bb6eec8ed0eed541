/** What each action is called, how it looks, and how it says in a line what it does. */
import {
  IconAdjustments, IconArrowFork, IconArrowsSplit, IconBolt, IconClock, IconDoorExit, IconFlask, IconForms, IconGauge,
  IconList, IconMailOpened, IconPlayerPlay, IconPlayerStop, IconSend, IconTrophy, IconWebhook, IconArrowForward,
} from '@tabler/icons-react';
import { t, tn } from '@/i18n';
import type { Namer } from '@/resources/names';
import type { Action, Step } from './graph';

interface Entry {
  title: string;
  what: string;
  icon: typeof IconClock;
  colour: string;
}

export const REGISTRY: Record<Action, Entry> = {
  send: { title: 'Send', what: 'a message', icon: IconSend, colour: '#0b7285' },
  wait: { title: 'Wait', what: 'for a time or an event', icon: IconClock, colour: '#6741d9' },
  branch: { title: 'Branch', what: 'by conditions', icon: IconArrowFork, colour: '#a34500' },
  split: { title: 'Split', what: 'by chance', icon: IconArrowsSplit, colour: '#a34500' },
  experiment: { title: 'Experiment', what: 'a split that is measured', icon: IconFlask, colour: '#a34500' },
  winner: { title: 'Winner', what: 'go on with what did best', icon: IconTrophy, colour: '#a34500' },
  message: { title: 'Reaction', what: 'whether their message was opened or clicked', icon: IconMailOpened, colour: '#a34500' },
  update: { title: 'Update', what: 'traits of the customer', icon: IconAdjustments, colour: '#2b6e2f' },
  emit: { title: 'Record', what: 'an event', icon: IconBolt, colour: '#2b6e2f' },
  webhook: { title: 'Call', what: 'another system', icon: IconWebhook, colour: '#2b6e2f' },
  list: { title: 'List', what: 'add to or remove from a list', icon: IconList, colour: '#2b6e2f' },
  limit: { title: 'Limit', what: 'so many in a time', icon: IconGauge, colour: '#6741d9' },
  digest: { title: 'Digest', what: 'collect events first', icon: IconForms, colour: '#6741d9' },
  jump: { title: 'Jump', what: 'to another step', icon: IconArrowForward, colour: '#495057' },
  start: { title: 'Start', what: 'another journey', icon: IconPlayerPlay, colour: '#0b7285' },
  stop: { title: 'Stop', what: 'another journey', icon: IconPlayerStop, colour: '#0b7285' },
  exit: { title: 'Exit', what: 'this journey', icon: IconDoorExit, colour: '#495057' },
};

type Obj = Record<string, unknown>;
const text = (v: unknown): string => (typeof v === 'string' ? v : '');

const byId: Namer = (_, id) => id;

/** What a step does, in a line; `named` finds what others are called. */
export function summary(step: Step, action: Action | null, named: Namer = byId): string {
  const value = action ? step[action] : null;
  const obj = (typeof value === 'object' && value !== null ? value : {}) as Obj;
  switch (action) {
    case 'send':
      return `${t(text(obj.channel))} · ${named('template', text(obj.template)) || t('nothing chosen')}`;
    case 'wait': {
      if (typeof value === 'string') return value;
      if (obj.event) return t('for {event}, at most {time}', { event: text((obj.event as Obj).name), time: text(obj.for) });
      if (typeof obj.when === 'string') return t('until {rule}, at most {time}', { rule: obj.when || '…', time: text(obj.for) });
      if (obj.date) return t('for the date in {trait}', { trait: text((obj.date as Obj).trait) });
      if (obj.best_hour) return t('for their best hour within {time}', { time: text(obj.best_hour) });
      return [text(obj.for), obj.until ? t('until {time}', { time: text(obj.until) }) : ''].filter(Boolean).join(', ');
    }
    case 'branch':
      return tn(Array.isArray(value) ? value.length : 0, 'One way and otherwise', '{n} ways and otherwise');
    case 'split':
      return (Array.isArray(value) ? (value as Obj[]) : []).map((a) => `${text(a.name)} ${String(a.percent ?? '')} %`).join(' · ');
    case 'update':
      return [...Object.keys((obj.set as Obj) ?? {}).map((k) => `${k} =`), ...((obj.unset as string[]) ?? []).map((k) => `− ${k}`)].join(', ') || t('no trait yet');
    case 'emit':
    case 'digest':
      return text(obj.event);
    case 'webhook':
      return `${text(obj.method) || 'POST'} ${text(obj.url)}`;
    case 'list':
      return obj.add ? t('add to {list}', { list: named('segment', text(obj.add)) }) : t('remove from {list}', { list: named('segment', text(obj.remove)) });
    case 'limit':
      return [t('{n} per {time}', { n: String(obj.count ?? ''), time: text(obj.per) || '1m' }), text(obj.name)].filter(Boolean).join(' · ');
    case 'message':
      return obj.step ? t('{step} was {reaction}?', { step: text(obj.step), reaction: t(text(obj.is)) }) : t('a message was {reaction}?', { reaction: t(text(obj.is)) });
    case 'start':
    case 'stop':
      return named('journey', text(obj.journey));
    default:
      return text(value);
  }
}

/** What starts a journey, in a line. */
export function triggerSummary(trigger: Obj, named: Namer = byId): string {
  const [kind, value] = Object.entries(trigger)[0] ?? ['', {}];
  const obj = (typeof value === 'object' && value !== null ? value : {}) as Obj;
  switch (kind) {
    case 'event':
      return t('When {event} happens', { event: text(obj.name) || '…' });
    case 'segment':
      return obj.on === 'exited' ? t('On leaving {segment}', { segment: named('segment', text(obj.id)) || '…' }) : t('On entering {segment}', { segment: named('segment', text(obj.id)) || '…' });
    case 'date':
      return t('On the date in {trait}', { trait: text(obj.trait) || '…' });
    case 'schedule':
      return t('At times of the calendar');
    case 'api':
      return t('When the API says so');
    case 'journey':
      return t('When another journey starts it');
    case 'manual':
      return t('When somebody sends people through it');
    default:
      return t('Nothing starts it yet');
  }
}
