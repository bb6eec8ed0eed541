/** Notifications as telephones and browsers show them. */
import { useQuery } from '@tanstack/react-query';
import { workspaceQuery } from '@/api/queries';
import { t } from '@/i18n';
import { usePublishedCompany } from '../brand/useBrand';
import type { Shown } from './ChannelPreview';
import { Clock, Phone } from './Phone';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What the app or site is called. */
function useSender(): string {
  const company = usePublishedCompany();
  const workspace = useQuery(workspaceQuery).data;
  return company || workspace?.name || 'App';
}

export function Push({ content, dark }: Shown) {
  const sender = useSender();
  if (content.silent === true) return <p>{t('Nothing is shown: it wakes the app.')}</p>;
  const [title, body] = [text(content.title), text(content.body)];
  return (
    <Phone dark={dark} label={t('Notification: {title} {body}', { title, body })}>
      <Clock />
      <div className="notice">
        <span className="notice-icon" aria-hidden>
          {sender.slice(0, 1)}
          {typeof content.badge === 'number' && content.badge > 0 && <i>{content.badge}</i>}
        </span>
        <div className="notice-words">
          <span className="notice-from">
            <b>{sender}</b> <small>{t('now')}</small>
          </span>
          <b dir="auto">{title}</b>
          <span dir="auto" className="notice-body">
            {body}
          </span>
        </div>
        {text(content.image) && <img className="notice-thumb" src={text(content.image)} alt="" />}
      </div>
    </Phone>
  );
}

export function WebPush({ content, device, dark }: Shown) {
  const sender = useSender();
  const [title, body] = [text(content.title), text(content.body)];
  const actions = (Array.isArray(content.actions) ? content.actions : []) as { action: string; title: string }[];
  const card = (
    <div className="notice notice-web">
      {text(content.icon) ? <img className="notice-icon" src={text(content.icon)} alt="" /> : <span className="notice-icon">{sender.slice(0, 1)}</span>}
      <div className="notice-words">
        <b dir="auto">{title}</b>
        <span dir="auto" className="notice-body">
          {body}
        </span>
        <small>
          Chromium · {sender} · {t('now')}
        </small>
      </div>
      {text(content.image) && <img className="notice-image" src={text(content.image)} alt="" />}
      {actions.length > 0 && (
        <div className="notice-actions">
          {actions.map((a) => (
            <span key={a.action}>{a.title}</span>
          ))}
        </div>
      )}
    </div>
  );
  const label = t('Notification: {title} {body}', { title, body });
  if (device === 'phone') {
    return (
      <Phone dark={dark} label={label}>
        <Clock />
        {card}
      </Phone>
    );
  }
  return (
    <div className="desktop" data-dark={dark || undefined} role="img" aria-label={label}>
      {card}
    </div>
  );
}
