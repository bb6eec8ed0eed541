// Clicks, forms sent and page views without a line of code, when the page asks for it. What people typed is never
// looked at: not the value of any field, not text within `data-rapport-sensitive`, nothing within `data-rapport-ignore`.

import { attempt } from './emitter';
import type { AutocaptureOptions, Properties, Rapport } from './types';

const MARK = 'data-rapport-';
const MAX_TEXT = 80;
/** What a click can mean: else the pointer just fell somewhere. */
const CLICKABLE = `a[href],button,summary,[role=button],[role=link],[role=tab],[role=menuitem],input[type=submit],input[type=button],input[type=image],[${MARK}event]`;
/** Elements whose text is what people wrote, or may be. */
const PRIVATE = `input,textarea,select,script,style,[contenteditable]:not([contenteditable=false]),[${MARK}sensitive]`;
/** Looks like an address, or a number that may be somebody's card, account or telephone. */
const PERSONAL = /\S@\S|\d[\d ().-]{7,}\d/;

/** An element's text without the parts that are private; empty when it looks personal. */
export function textOf(element: Element): string {
  if (element.closest(PRIVATE)) return '';
  let text = '';
  const walk = (node: Node): void => {
    if (text.length > MAX_TEXT) return;
    if (node.nodeType === 3) text += node.nodeValue;
    else if (node.nodeType === 1 && (node === element || !(node as Element).matches(PRIVATE))) node.childNodes.forEach(walk);
  };
  walk(element);
  text = text.replace(/\s+/g, ' ').trim();
  return PERSONAL.test(text) ? '' : text.slice(0, MAX_TEXT);
}

/** An address without its query and fragment, which may carry anything; only of kinds that name a place. */
export const placeOf = (address: string): string => (/^https?:/.test(address) ? address.replace(/[?#].*/, '') : '');

/** What `data-rapport-prop-…` of the element and of those around it says; the nearest wins. */
function marked(element: Element): Properties {
  const found: Properties = {};
  for (let at: Element | null = element; at; at = at.parentElement) {
    for (const { name, value } of Array.from(at.attributes)) {
      if (name.startsWith(MARK + 'prop-')) found[name.slice(MARK.length + 5).replace(/-/g, '_')] ??= value;
    }
  }
  return found;
}

/** What is said of an element; members that are empty are left out. */
function describe(element: Element, more: Properties): Properties {
  const about: Properties = { tag: element.tagName.toLowerCase(), id: element.id, ...more, ...marked(element) };
  for (const key in about) if (about[key] === '') delete about[key];
  return about;
}

export function autocapture(client: Rapport, options: boolean | AutocaptureOptions | undefined, moved: (referrer: string) => void): void {
  if (!options) return;
  const all = { clicks: true, submits: true, pages: true };
  const wanted: AutocaptureOptions = options === true ? all : options;
  const listen = (kind: 'click' | 'submit', selector: string, name: string, about: (element: Element) => Properties): void =>
    document.addEventListener(
      kind,
      (event) =>
        attempt(() => {
          const target = event.composedPath()[0];
          const element = target instanceof Element && target.closest(selector);
          if (!element || element.closest(`[${MARK}ignore]`)) return;
          void client.track(element.getAttribute(MARK + 'event') || name, describe(element, about(element)));
        }),
      // Before the page's own listeners can stop it.
      true,
    );
  if (wanted.clicks) {
    listen('click', CLICKABLE, 'Element Clicked', (element) => ({ text: textOf(element), href: placeOf((element as HTMLAnchorElement).href || '') }));
  }
  if (wanted.submits) {
    listen('submit', 'form', 'Form Submitted', (form) => ({ name: form.getAttribute('name') || '', action: placeOf((form as HTMLFormElement).getAttribute('action') ? new URL(form.getAttribute('action') as string, location.href).href : ''), method: form.getAttribute('method') || '' }));
  }
  if (wanted.pages) pages(client, moved);
}

/** Page views of an application that moves through the History API. The first is counted unless the page made the call. */
function pages(client: Rapport, moved: (referrer: string) => void): void {
  const now = (): string => location.pathname + location.search;
  let seen = '';
  let before = '';
  client.on('page', () => {
    seen = now();
    before = location.href.replace(/#.*/, '');
  });
  const look = (): void => {
    if (now() === seen) return;
    if (before) moved(before);
    void client.page();
  };
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name];
    history[name] = function (...given) {
      original.apply(this, given);
      // The application sets the title after it has moved.
      setTimeout(look);
    };
  }
  addEventListener('popstate', () => setTimeout(look));
  // After the calls the page made while the script was loading.
  setTimeout(look);
}
