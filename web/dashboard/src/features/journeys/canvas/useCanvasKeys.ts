/** The keyboard on the canvas: one stop for Tab, arrows along the ways, and keys for what the mouse can do. */
import { useReactFlow } from '@xyflow/react';
import { type FocusEvent, type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { t } from '@/i18n';
import { type Edge, edges, END, type JourneySpec, type Place, TRIGGER } from '../graph';
import { READABLE } from './view';
import { afterRemoving, type Direction, exists, type Point, START, type Stop, targets, walk } from './walk';

const ARROWS: Record<string, Direction> = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right' };
/** How far a step goes by one key, pixels. */
const NUDGE = 20;
/** How long a stop is looked for that is not drawn yet, or is drawn anew and loses the focus, milliseconds. */
const PATIENCE_MS = 4_000;

export interface Doing {
  open: (id: string) => void;
  remove: (id: string) => void;
  connect: (from: Place, target: string) => void;
  move: (id: string, x: number, y: number) => void;
}

/** What one hears of a way. */
export const wayName = (edge: Edge): string =>
  t('Way from {step} to {target}', {
    step: edge.from.step === TRIGGER ? t('the beginning') : `${edge.from.step}${edge.label ? ` (${t(edge.label)})` : ''}`,
    target: edge.target === END ? t('end') : edge.target,
  });

const element = (host: HTMLElement | null, stop: Stop): HTMLElement | null =>
  host?.querySelector<HTMLElement>(stop.kind === 'step' ? `.react-flow__node[data-id="${CSS.escape(stop.id)}"]` : `[data-way="${CSS.escape(stop.id)}"]`) ?? null;

function stopOf(target: EventTarget): Stop | null {
  const at = target as HTMLElement;
  const way = at.dataset.way;
  if (way !== undefined) return { kind: 'way', id: way };
  const id = at.classList.contains('react-flow__node') ? at.dataset.id : undefined;
  return id === undefined ? null : { kind: 'step', id };
}

export function useCanvasKeys(host: RefObject<HTMLDivElement | null>, spec: JourneySpec, at: Map<string, Point>, editable: boolean, doing: Doing) {
  const flow = useReactFlow();
  const [current, setCurrent] = useState<Stop>(START);
  const [said, say] = useState('');
  /** The way that is being led elsewhere. */
  const [leading, lead] = useState<Edge | null>(null);
  const taken = useRef<string | null>(null);
  const stop = exists(spec, current) ? current : START;

  const wanted = useRef(0);
  /** Puts the focus on a stop as soon as it is drawn, and again when it is drawn anew: a way is, while the place it leads to is measured. */
  const focus = (to: Stop) => {
    const ask = (wanted.current += 1);
    const until = performance.now() + PATIENCE_MS;
    let reached = false;
    const look = () => {
      const found = element(host.current, to);
      const away = [null, document.body, host.current].includes(document.activeElement as HTMLElement | null);
      // While it is not drawn the canvas itself has the focus, and keys mean what they would mean there.
      if (!reached || away) (found ?? (away ? host.current : null))?.focus({ preventScroll: true });
      // Where somebody went meanwhile they stay.
      else if (document.activeElement !== found) return;
      reached ||= found !== null && document.activeElement === found;
      if (wanted.current === ask && performance.now() < until) requestAnimationFrame(look);
    };
    look();
  };
  const known = useRef(new Set(spec.steps.map((s) => s.id)));
  const inserting = useRef(false);
  // A step that was put in has the focus next.
  useEffect(() => {
    const fresh = spec.steps.find((s) => !known.current.has(s.id));
    known.current = new Set(spec.steps.map((s) => s.id));
    if (!fresh || !inserting.current) return;
    inserting.current = false;
    say(t('Step {step} was put in. Enter opens it.', { step: fresh.id }));
    focus({ kind: 'step', id: fresh.id });
  });

  const tell = (to: Stop) => {
    const edge = to.kind === 'way' ? edges(spec).find((e) => e.id === to.id) : undefined;
    if (edge) say(`${wayName(edge)}. ${t('Enter puts a step in, C leads it elsewhere, Delete leads it to the end.')}`);
  };
  const go = (to: Stop | null) => {
    if (!to) {
      say(t('There is nothing further on this side.'));
      return;
    }
    if (to.kind === 'way') taken.current = to.id;
    focus(to);
    tell(to);
  };

  const onLeading = (event: KeyboardEvent, edge: Edge) => {
    const all = targets(spec, at, edge.from.step);
    const place = stop.kind === 'step' ? all.indexOf(stop.id) : -1;
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (by !== undefined) {
      const to = all[(place + by + all.length) % all.length];
      if (to) {
        focus({ kind: 'step', id: to });
        say(t('Lead it to {step}? Enter does, Escape leaves it.', { step: to }));
      }
    } else if (event.key === 'Enter' && place >= 0) {
      doing.connect(edge.from, stop.id);
      lead(null);
      say(t('It leads to {step} now.', { step: stop.id }));
      focus({ kind: 'way', id: edge.id });
    } else if (event.key === 'Escape') {
      lead(null);
      focus({ kind: 'way', id: edge.id });
      tell({ kind: 'way', id: edge.id });
    } else {
      return event.key === 'Enter';
    }
    return true;
  };
  const begin = (edge: Edge | undefined) => {
    const first = edge && targets(spec, at, edge.from.step)[0];
    if (!edge || !first) return say(t('There is no other step it could lead to.'));
    lead(edge);
    focus({ kind: 'step', id: first });
    say(t('Lead it to {step}? Arrows go to the other steps, Enter leads it there, Escape leaves it.', { step: first }));
  };
  const onDelete = (from: Stop) => {
    if (from.kind === 'way') {
      const edge = edges(spec).find((e) => e.id === from.id);
      if (!edge || edge.from.step === TRIGGER) return say(t('The beginning leads to the first step.'));
      doing.connect(edge.from, END);
      say(t('It leads to the end now.'));
      focus(from);
    } else if (from.id !== TRIGGER) {
      const next = afterRemoving(spec, from.id, taken.current);
      doing.remove(from.id);
      say(t('Step {step} was taken out. Control and Z brings it back.', { step: from.id }));
      focus(next);
    }
  };
  const nudge = (id: string, direction: Direction) => {
    const p = at.get(id);
    if (!p || id === TRIGGER) return;
    const by = { up: [0, -1], down: [0, 1], left: [-1, 0], right: [1, 0] }[direction] as [number, number];
    doing.move(id, Math.round(p.x + by[0] * NUDGE), Math.round(p.y + by[1] * NUDGE));
  };

  /** Whether the key did something here. */
  const press = (event: KeyboardEvent, from: Stop): boolean => {
    if (leading && onLeading(event, leading)) return true;
    const direction = ARROWS[event.key];
    if (direction) {
      if (event.altKey && editable && from.kind === 'step') nudge(from.id, direction);
      else go(walk(spec, at, from, direction, taken.current, editable));
      return true;
    }
    if (event.key === 'Home') go(START);
    else if (event.key === 'End') go({ kind: 'step', id: spec.steps.at(-1)?.id ?? TRIGGER });
    else if (from.kind === 'step' && (event.key === 'Enter' || event.key === ' ')) doing.open(from.id);
    else if (!editable) return false;
    else if (event.key === 'Delete' || event.key === 'Backspace') onDelete(from);
    else if (event.key.toLowerCase() === 'c' && !event.ctrlKey && !event.metaKey && !event.altKey) begin(edges(spec).find((e) => (from.kind === 'way' ? e.id === from.id : e.from.step === from.id)));
    else return false;
    return true;
  };

  return {
    stop,
    said,
    leading,
    /** The next step that appears was put in here. */
    inserted: () => {
      inserting.current = true;
    },
    focus,
    onKeyDown: (event: KeyboardEvent) => {
      const from = event.target === host.current ? stop : stopOf(event.target);
      if (from && press(event, from)) event.preventDefault();
    },
    onFocus: (event: FocusEvent) => {
      const to = stopOf(event.target);
      if (!to) return;
      setCurrent(to);
      // What was clicked stays under the pointer.
      if (event.target.matches(':focus-visible')) reveal(flow, host.current, event.target as HTMLElement);
    },
    /** Who leaves the canvas while a way is being led elsewhere leaves it where it was. */
    onBlur: (event: FocusEvent) => {
      if (leading && !host.current?.contains(event.relatedTarget as Element | null)) lead(null);
    },
  };
}

/** Moves the drawing so that what has the focus is in sight, and large enough to be read. */
function reveal(flow: ReturnType<typeof useReactFlow>, host: HTMLElement | null, what: HTMLElement) {
  if (!host) return;
  const [room, box] = [host.getBoundingClientRect(), what.getBoundingClientRect()];
  const { x, y, zoom } = flow.getViewport();
  if (zoom < READABLE.from) {
    const middle = flow.screenToFlowPosition({ x: box.left + box.width / 2, y: box.top + box.height / 2 });
    void flow.setCenter(middle.x, middle.y, { zoom: READABLE.to });
    return;
  }
  const off = (low: number, high: number, from: number, to: number) => (low < from ? from - low : high > to ? Math.max(to - high, from - low) : 0);
  const margin = 16;
  const dx = off(box.left, box.right, room.left + margin, room.right - margin);
  const dy = off(box.top, box.bottom, room.top + margin, room.bottom - margin);
  if (dx !== 0 || dy !== 0) void flow.setViewport({ x: x + dx, y: y + dy, zoom });
}
