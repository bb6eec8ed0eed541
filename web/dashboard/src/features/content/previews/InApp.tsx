/** An in-app message on a page, drawn by the very code the browser SDK draws it with. */
import { Text } from '@mantine/core';
import { el, inner } from '@sdk/inapp/view';
import type { Content } from '@sdk/inapp/message';
import { dress } from '@sdk/inapp/style';
import { useEffect, useRef } from 'react';
import { t } from '@/i18n';
import type { Shown } from './ChannelPreview';

const NOTHING = { click: () => {}, close: () => {} };
/** The SDK covers the window; here it covers the page that is drawn. */
const WITHIN = `
.box{max-height:100%}
.modal{position:absolute;inset:0;margin:auto;width:min(480px,calc(100% - 32px));height:fit-content;box-shadow:0 8px 30px rgb(0 0 0/.2)}
.slide_out,.checklist.float{width:min(360px,calc(100% - 32px))}
.tooltip{left:50%;top:45%;translate:-50% 0}
.inbox{position:absolute;right:16px;top:16px;width:min(380px,calc(100% - 32px))}
.shade{position:absolute;inset:0;background:rgb(0 0 0/.5)}
a,button{pointer-events:none}`;
const DARK: Record<string, string> = { '--rapport-background': '#1d2320', '--rapport-text': '#f0f3f1', '--rapport-accent': '#7fc4ae', '--rapport-on-accent': '#10231d' };
const LIGHT: Record<string, string> = { '--rapport-background': '#fff', '--rapport-text': '#1d2320', '--rapport-accent': '#2f5d50', '--rapport-on-accent': '#fff' };

export function InApp({ content, device, dark }: Shown) {
  const page = useRef<HTMLDivElement>(null);
  const slot = useRef<HTMLDivElement>(null);
  const message = content as unknown as Content;
  const inSlot = message.layout === 'card' || (message.layout === 'checklist' && Boolean(message.slot));
  useEffect(() => {
    const home = inSlot ? slot.current : page.current;
    if (!home) return;
    const host = document.createElement('rapport-preview');
    for (const [name, value] of Object.entries(dark ? DARK : LIGHT)) host.style.setProperty(name, value);
    const root = host.attachShadow({ mode: 'open' });
    dress(root);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(WITHIN);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    const { layout, position } = message;
    const floats = !inSlot && layout !== 'modal' && layout !== 'inbox';
    const box = el('section', { class: `box ${layout} ${position ?? ''} ${floats ? 'float' : ''}` }, ...inner(message, new Set(), NOTHING));
    if (message.dismissible !== false) box.append(el('button', { class: 'x', type: 'button', tabindex: '-1', 'aria-label': '×' }, '×'));
    for (const focusable of box.querySelectorAll<HTMLElement>('a, button')) focusable.tabIndex = -1;
    if (layout === 'modal') root.append(el('div', { class: 'shade' }));
    root.append(box);
    home.append(host);
    return () => host.remove();
  }, [message, dark, inSlot]);
  // Browsers are not told it; who writes the message is.
  const rule = (message.target as { when?: string } | undefined)?.when;
  const where = [
    ...(message.target?.pages?.length ? [t('on {pages}', { pages: message.target.pages.join(', ') })] : [t('on every page')]),
    ...(message.target?.event ? [t('after {event}', { event: message.target.event })] : []),
    ...(message.target?.delay ? [t('{time} after the page was opened', { time: message.target.delay })] : []),
    ...(message.target?.scroll_percent ? [t('after scrolling {n} %', { n: message.target.scroll_percent })] : []),
  ];
  return (
    <>
      <div className="site" data-device={device} data-dark={dark || undefined} role="img" aria-label={t('In-app message: {title} {body}', { title: message.title ?? '', body: message.body ?? '' })}>
        <div className="site-bar" aria-hidden>
          <i />
          <i />
          <i />
          <span>shop.example{message.target?.pages?.[0]?.replace(/\*$/, '') ?? '/'}</span>
        </div>
        {/* Fixed things stay within what is transformed. */}
        <div className="site-page" ref={page} inert>
          <div className="site-words" aria-hidden>
            <b />
            <i />
            <i />
            <div ref={slot} />
            <i />
            <i style={{ width: '60%' }} />
          </div>
        </div>
      </div>
      <Text size="xs" c="dimmed" ta="center" mt="xs">
        {t('Shown')} {where.join(', ')}
        {rule && (
          <>
            {', '}
            {t('while this holds of the customer:')} <code dir="ltr">{rule}</code>
          </>
        )}
      </Text>
    </>
  );
}
