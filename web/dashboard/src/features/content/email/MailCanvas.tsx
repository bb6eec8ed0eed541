/** The mail as it will look, drawn by the server; a click chooses the block it is on. */
import { type MouseEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { framedDocument } from '@/ui/MailFrame';
import { markOf, type Path, pathOf } from './mjml';

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The narrowest a mail is shown on a desk; less room makes it smaller, not narrower. */
const DESK_WIDTH = 640;

export function MailCanvas({ html, title, width, dark, chosen, choose }: {
  html: string;
  title: string;
  /** Pixels of the device; the room there is when absent. */
  width?: number | undefined;
  dark: boolean;
  chosen: Path | null;
  choose?: ((path: Path) => void) | undefined;
}) {
  const room = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLIFrameElement>(null);
  const [ready, setReady] = useState(false);
  const [wide, setWide] = useState(DESK_WIDTH);
  const [height, setHeight] = useState(400);
  const [drawn, setDrawn] = useState(0);
  const [box, setBox] = useState<Box | null>(null);
  const [hover, setHover] = useState<Box | null>(null);
  const inner = width ?? Math.max(DESK_WIDTH, wide);
  const scale = Math.min(1, wide / inner);

  useLayoutEffect(() => {
    const element = room.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWide(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const boxOf = useCallback((path: Path | null): Box | null => {
    const found = path && frame.current?.contentDocument?.querySelector(`.${markOf(path)}`);
    if (!found) return null;
    const { left, top, width: w, height: h } = found.getBoundingClientRect();
    return { left, top, width: w, height: h };
  }, []);

  // The document is exchanged in place: a frame that loads anew would flash at every key.
  useEffect(() => {
    const doc = frame.current?.contentDocument;
    if (!ready || !doc) return;
    const made = framedDocument(html, dark);
    made.documentElement.style.overflow = 'hidden';
    doc.replaceChild(doc.adoptNode(made.documentElement), doc.documentElement);
    const measure = () => {
      setHeight(Math.max(120, doc.body.scrollHeight));
      setDrawn((n) => n + 1);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(doc.body);
    return () => observer.disconnect();
  }, [ready, html, dark]);
  // biome-ignore lint: drawn anew, the block is elsewhere
  useEffect(() => setBox(boxOf(chosen)), [chosen, boxOf, drawn, scale]);

  const pathAt = (event: MouseEvent<HTMLElement>): Path | null => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const doc = frame.current?.contentDocument;
    let element = doc?.elementFromPoint((event.clientX - left) / scale, (event.clientY - top) / scale) ?? null;
    for (; element; element = element.parentElement) {
      const path = pathOf(element.className);
      if (path) return path;
    }
    return null;
  };
  const style = (of: Box) => ({ left: of.left * scale, top: of.top * scale, width: of.width * scale, height: of.height * scale });
  return (
    <div ref={room} className="mail-room" data-phone={width ? true : undefined}>
      <div className="mail-sheet" style={{ width: inner * scale, height: height * scale, background: dark ? '#121212' : '#fff' }}>
        <iframe
          ref={frame}
          title={title}
          srcDoc="<!doctype html><html><head></head><body></body></html>"
          sandbox="allow-same-origin"
          tabIndex={-1}
          onLoad={() => setReady(true)}
          style={{ width: inner, height, border: 0, display: 'block', transform: `scale(${scale})`, transformOrigin: 'top left', background: dark ? '#121212' : '#fff' }}
        />
        {choose && (
          // For the mouse; the tree of blocks is for keyboards.
          <div
            className="mail-glass"
            aria-hidden
            onMouseMove={(e) => setHover(boxOf(pathAt(e)))}
            onMouseLeave={() => setHover(null)}
            onClick={(e) => {
              const path = pathAt(e);
              if (path) choose(path);
            }}
          >
            {hover && <span className="mail-box" style={style(hover)} />}
            {box && <span className="mail-box" data-chosen style={style(box)} />}
          </div>
        )}
      </div>
    </div>
  );
}
