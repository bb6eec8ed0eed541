// Whether a message may be shown here and now: pages, devices, what happened, how often it was seen. Pure.

import { type Content, duration } from './message';

/** What is known of the page and the visitor. */
export interface Scene {
  path: string;
  device: string;
  /** Milliseconds since the page (or the application's view) was opened. */
  open_ms: number;
  /** How far it was scrolled at most, percent; 100 when it needs no scrolling. */
  scrolled: number;
  /** Names of track calls made on this page. */
  happened: ReadonlySet<string>;
  /** Whether an element is there. */
  has: (selector: string) => boolean;
}

/** How often a message was shown, and when last, milliseconds. */
export interface Seen {
  count: number;
  last: number;
}

/** `/shop/*` fits all below `/shop/`; a `*` stands for any characters. */
export function fits(pattern: string, path: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(path);
}

/** Whether the message belongs to this scene. */
export function belongs({ target = {}, slot }: Content, scene: Scene): boolean {
  const { pages, not_pages, element, event, delay, scroll_percent, devices } = target;
  return (
    (!pages?.length || pages.some((pattern) => fits(pattern, scene.path))) &&
    !not_pages?.some((pattern) => fits(pattern, scene.path)) &&
    (!devices?.length || devices.includes(scene.device)) &&
    (!event || scene.happened.has(event)) &&
    scene.open_ms >= duration(delay) &&
    scene.scrolled >= (scroll_percent ?? 0) &&
    (!element || scene.has(element)) &&
    (!slot || scene.has(`[data-rapport-slot="${CSS.escape(slot)}"]`))
  );
}

/** Whether it may be shown once more. */
export function mayShow({ frequency = {}, layout }: Content, seen: Seen | undefined, now: number): boolean {
  if (!seen) return true;
  // A checklist and a card stay until they are closed.
  const usual = layout === 'checklist' || layout === 'card' ? Infinity : 1;
  return seen.count < (frequency.max ?? usual) && now - seen.last >= duration(frequency.every);
}

/** The heaviest of those that may be shown; of equal ones the oldest. */
export function choose<T extends { content: Content }>(messages: T[]): T | undefined {
  return messages.reduce<T | undefined>((best, next) => (!best || (next.content.weight ?? 100) > (best.content.weight ?? 100) ? next : best), undefined);
}
