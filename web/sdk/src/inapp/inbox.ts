// The inbox: a bell with the number of unread messages, and a list of them that opens below it.

import { el, inner } from './view';
import { dress } from './style';
import type { Button, Content } from './message';

export interface Letter {
  id: string;
  content: Content;
  /** When it was sent, RFC 3339. */
  at?: string | undefined;
  unread: boolean;
}

export interface InboxHandlers {
  click: (letter: Letter, choice: string | undefined, button?: Button) => void;
  close: (letter: Letter) => void;
  /** The list was opened: what is in it counts as read. */
  read: (letters: Letter[]) => void;
}

export interface InboxLabels {
  inbox: string;
  unread: (count: number) => string;
  empty: string;
  close: string;
}

export interface Inbox {
  update(letters: Letter[]): void;
  remove(): void;
}

function bellIcon(): Element {
  const of = (tag: string, attributes: Record<string, string>): Element => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const name in attributes) made.setAttribute(name, attributes[name] as string);
    return made;
  };
  const icon = of('svg', { viewBox: '0 0 24 24', width: '22', height: '22', fill: 'none', stroke: 'currentColor', 'stroke-width': '2', 'stroke-linecap': 'round', 'aria-hidden': 'true' });
  icon.append(of('path', { d: 'M5 17h14l-2-3v-4a5 5 0 0 0-10 0v4zM10 20a2 2 0 0 0 4 0' }));
  return icon;
}

export function inbox(into: Element, on: InboxHandlers, labels: InboxLabels): Inbox {
  let letters: Letter[] = [];
  let isOpen = false;
  const host = document.createElement('rapport-inbox');
  const root = host.attachShadow({ mode: 'open' });
  dress(root);
  const count = el('span', { class: 'count', 'aria-hidden': 'true', hidden: '' });
  const bell = el('button', { class: 'bell', type: 'button', 'aria-expanded': 'false', 'aria-controls': 'p' }, bellIcon(), count);
  const panel = el('section', { class: 'box float panel', id: 'p', role: 'dialog', 'aria-label': labels.inbox, tabindex: '-1', hidden: '' });
  root.append(bell, panel);

  const draw = (): void => {
    const unread = letters.filter((letter) => letter.unread).length;
    count.textContent = String(unread);
    count.hidden = !unread;
    bell.setAttribute('aria-label', unread ? `${labels.inbox}, ${labels.unread(unread)}` : labels.inbox);
    const list = letters.map((letter) => {
      const close = el('button', { class: 'x', type: 'button', 'aria-label': labels.close }, '×');
      close.addEventListener('click', () => {
        on.close(letter);
        panel.focus();
      });
      const handlers = { click: (choice?: string, button?: Button) => on.click(letter, choice, button), close: () => on.close(letter) };
      const time = letter.at && el('time', { datetime: letter.at }, new Date(letter.at).toLocaleDateString());
      return el('li', { class: letter.unread ? 'unread' : '' }, ...inner(letter.content, new Set(), handlers), time, letter.content.dismissible !== false && close);
    });
    panel.replaceChildren(el('h2', {}, labels.inbox), list.length ? el('ul', {}, ...list) : el('p', {}, labels.empty));
  };
  const set = (open: boolean): void => {
    if (open === isOpen) return;
    isOpen = open;
    panel.hidden = !open;
    bell.setAttribute('aria-expanded', String(open));
    if (!open) return bell.focus();
    const at = bell.getBoundingClientRect();
    panel.style.top = `${Math.min(at.bottom + 8, innerHeight - 120)}px`;
    panel.style.left = `${Math.max(12, Math.min(at.left, innerWidth - panel.offsetWidth - 12))}px`;
    panel.focus();
    on.read(letters.filter((letter) => letter.unread));
  };
  const away = (event: Event): void => {
    if (isOpen && !event.composedPath().includes(host)) set(false);
  };
  bell.addEventListener('click', () => set(!isOpen));
  panel.addEventListener('keydown', (event) => event.key === 'Escape' && set(false));
  document.addEventListener('click', away);
  into.append(host);
  draw();
  return {
    update(now) {
      letters = now;
      draw();
    },
    remove() {
      document.removeEventListener('click', away);
      host.remove();
    },
  };
}
