// Makes a message visible: the elements of each layout, in a shadow root, usable by keyboard and screen reader. What the
// message says is text and stays text.

import type { Button, Content } from './message';
import { safeUrl } from './message';
import { dress } from './style';

/** What people do with a message. */
export interface Handlers {
  /** A button or link; `choice` is its id, absent for the message as a whole. */
  click: (choice: string | undefined, button?: Button) => void;
  /** It was closed by its close button, Escape, or a button. */
  close: () => void;
}

export interface Shown {
  host: HTMLElement;
  /** Takes it away; the focus returns to where it was. */
  remove(): void;
}

type Child = Node | string | null | undefined | false;

/** An element with attributes and children; false and null are left out. */
export function el<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Record<string, string | false | undefined> = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const name in attributes) {
    const value = attributes[name];
    if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child): child is Node | string => !!child));
  return made;
}

function control(button: Button, on: Handlers): HTMLElement {
  const look = `b ${button.style || 'secondary'}`;
  const href = safeUrl(button.url, location.href);
  const made = href ? el('a', { class: look, href }, button.label) : el('button', { class: look, type: 'button' }, button.label);
  made.addEventListener('click', () => {
    on.click(button.id, button);
    if (button.dismiss !== false) on.close();
  });
  return made;
}

/** Picture, title, text, checklist and buttons. */
export function inner(content: Content, done: ReadonlySet<string>, on: Handlers): Node[] {
  const image = safeUrl(content.image, location.href);
  const href = safeUrl(content.url, location.href);
  const cover = href && el('a', { class: 'cover', href, 'aria-label': content.title || content.body || href });
  if (cover) cover.addEventListener('click', () => on.click(undefined));
  const items = content.items || [];
  const parts: Child[] = [
    cover,
    image && el('img', { src: image, alt: content.image_alt || '' }),
    content.title && el('h2', { id: 't' }, content.title),
    content.body && el('p', { id: 'd' }, content.body),
    items.length > 0 && el('progress', { max: String(items.length), value: String(items.filter((i) => done.has(i.id)).length), 'aria-label': content.title || 'Progress' }),
    items.length > 0 && el('ul', {}, ...items.map((item) => {
      const ticked = done.has(item.id);
      const to = safeUrl(item.url, location.href);
      const text = to && !ticked ? el('a', { class: 'text', href: to }, item.text) : el('span', { class: 'text' }, item.text);
      if (to) text.addEventListener('click', () => on.click(item.id));
      return el('li', { class: ticked ? 'done' : '' }, el('span', { class: 'tick', role: 'img', 'aria-label': ticked ? '✓' : '○' }, ticked ? '✓' : ''), text);
    })),
    !!content.buttons?.length && el('div', { class: 'buttons' }, ...content.buttons.map((button) => control(button, on))),
  ];
  return parts.filter((part): part is Node => part instanceof Node);
}

/** Puts a tooltip beside its element, within the window, below where there is room. */
function place(box: HTMLElement, at: Element): void {
  const to = at.getBoundingClientRect();
  const below = to.bottom + box.offsetHeight + 12 < innerHeight || to.top < box.offsetHeight + 12;
  const left = Math.max(8, Math.min(to.left + to.width / 2 - box.offsetWidth / 2, innerWidth - box.offsetWidth - 8));
  box.style.left = `${left + scrollX}px`;
  box.style.top = `${(below ? to.bottom + 8 : to.top - box.offsetHeight - 8) + scrollY}px`;
}

/** Shows a message. `labels.close` names the close button. */
export function show(content: Content, done: ReadonlySet<string>, on: Handlers, labels: { close: string }): Shown {
  const { layout, position } = content;
  const focused = document.activeElement;
  const host = document.createElement('rapport-message');
  const root = host.attachShadow({ mode: 'open' });
  dress(root);
  const slot = layout === 'card' || (layout === 'checklist' && content.slot) ? document.querySelector(`[data-rapport-slot="${CSS.escape(content.slot || '')}"]`) : null;
  const anchor = layout === 'tooltip' && content.target?.element ? document.querySelector(content.target.element) : null;
  const modal = layout === 'modal';
  const named = content.title ? { 'aria-labelledby': 't' } : { 'aria-label': content.body?.slice(0, 80) || layout };
  const role = modal ? {} : layout === 'banner' || slot ? { role: 'region' } : { role: 'dialog', 'aria-modal': 'false' };
  const box = el(modal ? 'dialog' : 'section', { class: `box ${layout} ${position || ''} ${slot || modal ? '' : 'float'}`, ...named, ...(content.title && content.body && { 'aria-describedby': 'd' }), ...role });
  box.append(...inner(content, done, on));
  if (content.dismissible !== false) {
    const close = el('button', { class: 'x', type: 'button', 'aria-label': labels.close }, '×');
    close.addEventListener('click', () => on.close());
    box.append(close);
  }
  root.append(box);
  (slot || document.body).append(host);
  const escape = (event: Event): void => {
    if ((event as KeyboardEvent).key === 'Escape' && content.dismissible !== false) on.close();
  };
  const follow = (): void => void (anchor && place(box, anchor));
  if (modal) {
    // The browser keeps the focus inside, and everything else still.
    (box as HTMLDialogElement).showModal();
    box.addEventListener('cancel', (event) => {
      event.preventDefault();
      if (content.dismissible !== false) on.close();
    });
  } else if (!slot) box.addEventListener('keydown', escape);
  if (anchor) {
    follow();
    addEventListener('resize', follow);
  }
  // Told to screen readers without taking the focus from what somebody is doing.
  if (!modal && !slot) {
    const told = el('div', { role: 'status' });
    told.style.cssText = 'position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)';
    root.append(told);
    setTimeout(() => (told.textContent = [content.title, content.body].filter(Boolean).join('. ')), 50);
  }
  return {
    host,
    remove() {
      removeEventListener('resize', follow);
      host.remove();
      if (modal && focused instanceof HTMLElement) focused.focus();
    },
  };
}
