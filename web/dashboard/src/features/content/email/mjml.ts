/**
 * MJML as a tree over its text. The text is what is stored: every change is a splice of it, so Liquid, comments and the
 * author's own layout stay as they were written. Nothing here knows the screen.
 */
export interface Attribute {
  name: string;
  value: string;
  from: number;
  to: number;
}

export interface Element {
  kind: 'element';
  tag: string;
  attributes: Attribute[];
  children: Node[];
  from: number;
  to: number;
  /** Where further attributes go: after the tag's name and those it has. */
  head: number;
  /** The content's place; absent when the element closes itself. */
  inner: { from: number; to: number } | null;
}

/** Liquid, comments or text between elements. */
export interface Loose {
  kind: 'loose';
  text: string;
  from: number;
  to: number;
}

export type Node = Element | Loose;

export interface Parsed {
  root: Element | null;
  /** Why the text cannot be shown as blocks. */
  problem: { line: number; message: string } | null;
}

/** Where an element is: its index among its parent's children, from the root on. */
export type Path = number[];

/** Elements whose content is text or HTML, not further MJML. */
const CONTENT = new Set([
  'mj-text', 'mj-button', 'mj-raw', 'mj-table', 'mj-style', 'mj-title', 'mj-preview', 'mj-accordion-title', 'mj-accordion-text',
  'mj-navbar-link', 'mj-social-element', 'mj-html-attributes',
]);

class Fault extends Error {
  constructor(
    readonly at: number,
    message: string,
  ) {
    super(message);
  }
}

const NAME = /[a-zA-Z][\w-]*/y;
const ATTRIBUTE = /\s*([^\s=/>"']+)(\s*=\s*(["']))?/y;

/** The end of the Liquid that begins at `at`; `at` when none does. */
function pastLiquid(text: string, at: number): number {
  const closing = text.startsWith('{{', at) ? '}}' : text.startsWith('{%', at) ? '%}' : null;
  if (!closing) return at;
  const end = text.indexOf(closing, at + 2);
  return end < 0 ? text.length : end + 2;
}

/** The next place of `mark` from `at` on that is not within Liquid; the text's end when there is none. */
function find(text: string, mark: string, at: number): number {
  let i = at;
  while (i < text.length) {
    if (text.startsWith(mark, i)) return i;
    const past = pastLiquid(text, i);
    i = past > i ? past : i + 1;
  }
  return text.length;
}

class Reader {
  at = 0;

  constructor(readonly text: string) {}

  children(tag: string): Node[] {
    const out: Node[] = [];
    for (;;) {
      const from = this.at;
      const next = find(this.text, '<', from);
      this.loose(from, next, out);
      this.at = next;
      if (next >= this.text.length) {
        if (tag) throw new Fault(next, `<${tag}> is not closed`);
        return out;
      }
      if (this.text.startsWith('<!--', next)) {
        const end = this.text.indexOf('-->', next);
        this.at = end < 0 ? this.text.length : end + 3;
        out.push({ kind: 'loose', text: this.text.slice(next, this.at), from: next, to: this.at });
      } else if (this.text.startsWith('<!', next) || this.text.startsWith('<?', next)) {
        this.at = find(this.text, '>', next) + 1;
      } else if (this.text.startsWith('</', next)) {
        return out;
      } else {
        out.push(this.element());
      }
    }
  }

  private loose(from: number, to: number, out: Node[]) {
    // Each piece of Liquid is one of its own, so that it can be moved alone.
    for (const { 0: raw, index } of this.text.slice(from, to).matchAll(/\{%.*?(?:%\}|$)|\{\{.*?(?:\}\}|$)|(?:(?!\{[%{]).)+/gs)) {
      const text = raw.trim();
      if (!text) continue;
      const begin = from + index + raw.indexOf(text);
      out.push({ kind: 'loose', text, from: begin, to: begin + text.length });
    }
  }

  private element(): Element {
    const from = this.at;
    NAME.lastIndex = from + 1;
    const tag = NAME.exec(this.text)?.[0];
    if (!tag) throw new Fault(from, 'a < that begins no element');
    this.at = from + 1 + tag.length;
    const attributes: Attribute[] = [];
    for (;;) {
      const past = pastLiquid(this.text, this.skipSpace());
      if (past > this.skipSpace()) throw new Fault(this.at, 'Liquid among attributes');
      const head = this.at;
      const start = this.skipSpace();
      if (this.text.startsWith('/>', start)) {
        this.at = start + 2;
        return { kind: 'element', tag, attributes, children: [], from, to: this.at, head, inner: null };
      }
      if (this.text[start] === '>') {
        this.at = start + 1;
        return this.content({ tag, attributes, from, head });
      }
      attributes.push(this.attribute(start));
    }
  }

  private content({ tag, attributes, from, head }: { tag: string; attributes: Attribute[]; from: number; head: number }): Element {
    const begin = this.at;
    let children: Node[] = [];
    if (CONTENT.has(tag)) this.at = this.text.indexOf(`</${tag}`, begin);
    else children = this.children(tag);
    const end = this.at;
    if (end < 0 || !this.text.startsWith(`</${tag}`, end)) throw new Fault(end < 0 ? begin : end, `<${tag}> is not closed`);
    const close = this.text.indexOf('>', end);
    if (close < 0) throw new Fault(end, `</${tag}> is not closed`);
    this.at = close + 1;
    return { kind: 'element', tag, attributes, children, from, to: this.at, head, inner: { from: begin, to: end } };
  }

  private attribute(from: number): Attribute {
    ATTRIBUTE.lastIndex = from;
    const found = ATTRIBUTE.exec(this.text);
    const name = found?.[1];
    if (!found || !name) throw new Fault(from, 'an attribute that cannot be read');
    this.at = ATTRIBUTE.lastIndex;
    const quote = found[3];
    if (!quote) return { name, value: '', from, to: this.at };
    const end = find(this.text, quote, this.at);
    if (end >= this.text.length) throw new Fault(from, `the value of ${name} has no end`);
    const value = decode(this.text.slice(this.at, end));
    this.at = end + 1;
    return { name, value, from, to: this.at };
  }

  private skipSpace(): number {
    let i = this.at;
    while (i < this.text.length && /\s/.test(this.text[i] ?? '')) i += 1;
    return i;
  }
}

/** Reads a text; what is no MJML has no root and says why. */
export function parse(text: string): Parsed {
  try {
    const reader = new Reader(text);
    const nodes = reader.children('');
    if (reader.at < text.length) throw new Fault(reader.at, 'an end without a beginning');
    const root = nodes.find((n): n is Element => n.kind === 'element' && n.tag === 'mjml');
    return root ? { root, problem: null } : { root: null, problem: { line: 1, message: 'there is no <mjml>' } };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { root: null, problem: { line: text.slice(0, error.at).split('\n').length, message: error.message } };
  }
}

const ENTITIES: Record<string, string> = { '&quot;': '"', '&apos;': "'", '&#39;': "'", '&lt;': '<', '&gt;': '>', '&amp;': '&' };

function decode(value: string): string {
  return value.replace(/&(?:quot|apos|#39|lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** A value as it stands between double quotes; Liquid keeps its own quotes, as single ones. */
export function encode(value: string): string {
  return value
    .split(/(\{\{.*?\}\}|\{%.*?%\})/s)
    .map((part, i) =>
      i % 2 === 1 ? part.replaceAll('"', "'") : part.replace(/&/g, '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    )
    .join('');
}

export const attribute = (element: Element, name: string): string | undefined => element.attributes.find((a) => a.name === name)?.value;

/** The content of an element as it is written. */
export const innerOf = (text: string, element: Element): string => (element.inner ? text.slice(element.inner.from, element.inner.to) : '');

export function at(root: Element, path: Path): Node | null {
  let node: Node = root;
  for (const index of path) {
    const next: Node | undefined = node.kind === 'element' ? node.children[index] : undefined;
    if (!next) return null;
    node = next;
  }
  return node;
}

export function elementAt(root: Element, path: Path): Element | null {
  const node = at(root, path);
  return node?.kind === 'element' ? node : null;
}

/** Every node below the root with its path, in the order of the text. */
export function walk(root: Element, path: Path = []): { node: Node; path: Path }[] {
  return root.children.flatMap((node, i) => {
    const own = [...path, i];
    return [{ node, path: own }, ...(node.kind === 'element' ? walk(node, own) : [])];
  });
}

const splice = (text: string, from: number, to: number, put: string): string => text.slice(0, from) + put + text.slice(to);

/** The text with an attribute set; taken away when `value` is empty. */
export function setAttribute(text: string, element: Element, name: string, value: string | undefined): string {
  const found = element.attributes.find((a) => a.name === name);
  if (value === undefined || value === '') {
    if (!found) return text;
    const before = /\s*$/.exec(text.slice(0, found.from))?.[0].length ?? 0;
    return splice(text, found.from - before, found.to, '');
  }
  const written = `${name}="${encode(value)}"`;
  return found ? splice(text, found.from, found.to, written) : splice(text, element.head, element.head, ` ${written}`);
}

/** The text with other content in an element. */
export function setInner(text: string, element: Element, content: string): string {
  if (element.inner) return splice(text, element.inner.from, element.inner.to, content);
  return splice(text, element.head, element.to, `>${content}</${element.tag}>`);
}

/** The spaces a line begins with that `at` is on. */
function indentOf(text: string, at: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', at - 1) + 1, at))?.[0] ?? '';
}

/** A node's text with its lines as far left as they go. */
export function textOf(text: string, node: Node): string {
  const indent = indentOf(text, node.from);
  return text
    .slice(node.from, node.to)
    .split('\n')
    .map((line, i) => (i > 0 && line.startsWith(indent) ? line.slice(indent.length) : line))
    .join('\n');
}

/** The text without a node, and without the line it leaves empty. */
export function removeNode(text: string, node: Node): string {
  const lineStart = text.lastIndexOf('\n', node.from - 1);
  const alone = lineStart >= 0 && text.slice(lineStart + 1, node.from).trim() === '' && /^[ \t]*(\n|$)/.test(text.slice(node.to));
  return splice(text, alone ? lineStart : node.from, node.to, '');
}

/** The text with a piece put into `parent` as its child number `index`. */
export function insertAt(text: string, parent: Element, index: number, piece: string): string {
  const lines = (indent: string) => piece.split('\n').join(`\n${indent}`);
  const next = parent.children[index];
  if (next) {
    const indent = indentOf(text, next.from);
    return splice(text, next.from, next.from, `${lines(indent)}\n${indent}`);
  }
  const last = parent.children.at(-1);
  const outer = indentOf(text, parent.from);
  const indent = last ? indentOf(text, last.from) : `${outer}  `;
  if (last) return splice(text, last.to, last.to, `\n${indent}${lines(indent)}`);
  return setInner(text, parent, `\n${indent}${lines(indent)}\n${outer}`);
}

/** The text with a node elsewhere, and where it is then. `index` counts the children as they are before. */
export function moveTo(text: string, root: Element, from: Path, parent: Path, index: number): { text: string; path: Path } | null {
  const node = at(root, from);
  const target = elementAt(root, parent);
  if (!node || !target || isWithin(parent, from)) return null;
  const siblings = parent.length === from.length - 1 && parent.every((v, i) => v === from[i]);
  const old = from.at(-1) ?? 0;
  if (siblings && (index === old || index === old + 1)) return { text, path: from };
  const piece = textOf(text, node);
  // The later of the two places is changed first, so that the earlier one stays where it was.
  const later = (target.children[index]?.from ?? target.children.at(-1)?.to ?? target.to) > node.from;
  let made: string;
  if (later) {
    made = removeNode(insertAt(text, target, index, piece), node);
  } else {
    made = insertAt(removeNode(text, node), target, index, piece);
  }
  const path = [...parent, index];
  // Taking it away moves what came after it among the same children.
  const depth = from.length - 1;
  const sameParent = path.length > depth && from.slice(0, depth).every((v, i) => v === path[i]);
  if (sameParent && (path[depth] ?? 0) > old) path[depth] = (path[depth] ?? 0) - 1;
  return { text: made, path };
}

/** Whether `path` is `outer` or inside of it. */
export function isWithin(path: Path, outer: Path): boolean {
  return outer.every((v, i) => path[i] === v);
}

/** What holds content blocks, and what holds sections. */
const COLUMNS = ['mj-column', 'mj-hero'];
const BODIES = ['mj-body', 'mj-wrapper'];
export const SECTIONS = ['mj-section', 'mj-wrapper', 'mj-hero'];

export const holdsContent = (element: Element): boolean => COLUMNS.includes(element.tag);
export const holdsSections = (element: Element): boolean => BODIES.includes(element.tag);

/** Whether a node may stand among the children of an element. */
export function mayStand(node: Node, parent: Element): boolean {
  if (node.kind === 'loose' || node.tag === 'mj-raw') return holdsContent(parent) || holdsSections(parent);
  if (node.tag === 'mj-column') return parent.tag === 'mj-section' || parent.tag === 'mj-group';
  if (node.tag === 'mj-hero') return parent.tag === 'mj-body' || parent.tag === 'mj-wrapper';
  if (SECTIONS.includes(node.tag)) return parent.tag === 'mj-body' || (parent.tag === 'mj-wrapper' && node.tag !== 'mj-wrapper');
  return holdsContent(parent);
}

/** Moves a node one place up or down: among its siblings, then on to the next place that may hold it. */
export function step(text: string, root: Element, path: Path, by: -1 | 1): { text: string; path: Path } | null {
  const parent = path.slice(0, -1);
  const index = path.at(-1) ?? 0;
  const home = elementAt(root, parent);
  const node = at(root, path);
  if (!home || !node) return null;
  const next = index + by;
  if (next >= 0 && next < home.children.length) return moveTo(text, root, path, parent, by > 0 ? next + 1 : next);
  const places = walk(root).filter((x): x is { node: Element; path: Path } => x.node.kind === 'element' && x.node.tag === home.tag && mayStand(node, x.node));
  const own = places.findIndex((x) => x.path.join() === parent.join());
  const target = places[own + by];
  if (!target || isWithin(target.path, path)) return null;
  return moveTo(text, root, path, target.path, by > 0 ? 0 : target.node.children.length);
}

/** The class by which a rendered block is found again. */
export const markOf = (path: Path): string => `rp-${path.join('-')}`;

/** The path a class of {@link markOf} names. */
export function pathOf(className: string): Path | null {
  const found = /(?:^|\s)rp-(\d+(?:-\d+)*)(?:\s|$)/.exec(className)?.[1];
  return found ? found.split('-').map(Number) : null;
}

/** The text with every block of the body marked by a class; for the picture of it, never stored. */
export function marked(text: string): string {
  const { root } = parse(text);
  if (!root) return text;
  const blocks = walk(root).filter((x): x is { node: Element; path: Path } => x.node.kind === 'element' && isBlock(root, x.path, x.node));
  return blocks
    .toReversed()
    .sort((a, b) => b.node.head - a.node.head)
    .reduce((out, { node, path }) => setAttribute(out, node, 'css-class', [attribute(node, 'css-class'), markOf(path)].filter(Boolean).join(' ')), text);
}

function isBlock(root: Element, path: Path, node: Element): boolean {
  const parent = elementAt(root, path.slice(0, -1));
  return parent !== null && node.tag !== 'mj-raw' && (holdsContent(parent) || holdsSections(parent) || node.tag === 'mj-column');
}
