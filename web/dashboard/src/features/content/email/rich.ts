/** Which HTML can be edited as it looks, and how it is written down again. */

const ALLOWED: Record<string, string[]> = {
  A: ['href', 'target', 'style'],
  B: [], STRONG: [], I: [], EM: [], U: [], S: [], BR: [], UL: [], OL: [], LI: [],
  P: ['style'], H1: ['style'], H2: ['style'], H3: ['style'], SPAN: ['style'], DIV: ['style'],
};
const VOID = new Set(['BR']);

/** What of a document's tree is needed here; the browser's own nodes have it. */
export interface TreeNode {
  nodeType: number;
  nodeName: string;
  nodeValue: string | null;
  childNodes: ArrayLike<TreeNode>;
  attributes?: ArrayLike<{ name: string; value: string }>;
}

const TAG = /<\/?([a-zA-Z][\w-]*)((?:\s+[\w-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'))?)*)\s*\/?>/g;
const LIQUID = /\{\{.*?\}\}|\{%.*?%\}/gs;

/** Whether the browser would read something into a piece of Liquid, or end an attribute at it: a tag, a character reference, a quote. */
function isMisread(html: string, piece: string, at: number): boolean {
  if (/<[a-z/!?]|&[a-z#]/i.test(piece)) return true;
  const before = html.slice(0, at).replace(LIQUID, '');
  const inTag = before.lastIndexOf('<') > before.lastIndexOf('>');
  const quote = inTag ? /=\s*(["'])(?:(?!\1).)*$/s.exec(before)?.[1] : undefined;
  return quote !== undefined && piece.includes(quote);
}

/** Whether an editor that shows text as it looks would give back what it was given. */
export function isRich(html: string): boolean {
  if ([...html.matchAll(LIQUID)].some((found) => isMisread(html, found[0], found.index))) return false;
  // A tag that Liquid decides about would be put in order by the browser.
  const plain = html.replace(LIQUID, (piece) => (piece.startsWith('{{') ? 'x' : '\u0000'));
  if (/<[^>]*\u0000|<!--/.test(plain)) return false;
  for (const [, name = '', attributes = ''] of plain.matchAll(TAG)) {
    const known = ALLOWED[name.toUpperCase()];
    if (!known) return false;
    for (const [, attribute = '', value = ''] of attributes.matchAll(/([\w-]+)(?:\s*=\s*("[^"]*"|'[^']*'))?/g)) {
      if (!known.includes(attribute.toLowerCase())) return false;
      if (/^["']?\s*(javascript|vbscript|data):/i.test(value)) return false;
    }
  }
  return !/</.test(plain.replace(TAG, '')) && isBalanced(html);
}

/** Whether every tag is closed where it was opened, also within what Liquid decides about. */
function isBalanced(html: string): boolean {
  const open: string[] = [];
  const blocks: string[] = [];
  for (const [piece, name = ''] of html.matchAll(/\{\{.*?\}\}|\{%-?\s*(\w+).*?%\}|<\/?[a-zA-Z][\w-]*(?:\{\{.*?\}\}|[^>{])*>/gs)) {
    if (piece.startsWith('{%')) {
      if (/^(if|unless|for|case|capture)$/.test(name)) blocks.push(open.join(' '));
      else if (/^(else|elsif|when)$/.test(name) && blocks.at(-1) !== open.join(' ')) return false;
      else if (name.startsWith('end') && blocks.pop() !== open.join(' ')) return false;
    } else if (piece.startsWith('<')) {
      const tag = /[\w-]+/.exec(piece)?.[0].toUpperCase() ?? '';
      if (VOID.has(tag)) continue;
      if (!piece.startsWith('</')) open.push(tag);
      else if (open.pop() !== tag) return false;
    }
  }
  return open.length + blocks.length === 0;
}

const escapeText = (text: string): string => keepLiquid(text, (plain) => plain.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\u00a0/g, '&nbsp;'));
const escapeValue = (text: string): string => keepLiquid(text, (plain) => plain.replace(/&/g, '&amp;').replace(/"/g, '&quot;'));

function keepLiquid(text: string, rest: (plain: string) => string): string {
  let out = '';
  let last = 0;
  for (const match of text.matchAll(LIQUID)) {
    out += rest(text.slice(last, match.index)) + match[0];
    last = match.index + match[0].length;
  }
  return out + rest(text.slice(last));
}

/** HTML of what somebody edited: only what mails need, everything else as its text. */
export function write(node: TreeNode): string {
  if (node.nodeType === 3) return escapeText(node.nodeValue ?? '');
  if (node.nodeType !== 1) return '';
  const name = node.nodeName.toUpperCase();
  if (name === 'SCRIPT' || name === 'STYLE') return '';
  const inner = writeAll(node);
  const known = ALLOWED[name];
  if (!known) return inner;
  const kept = Array.from(node.attributes ?? []).filter((a) => known.includes(a.name) && !/^\s*(javascript|vbscript|data):/i.test(a.value));
  const attributes = kept.map((a) => ` ${a.name}="${escapeValue(a.value)}"`).join('');
  const tag = name.toLowerCase();
  return VOID.has(name) ? `<${tag}${attributes} />` : `<${tag}${attributes}>${inner}</${tag}>`;
}

export function writeAll(parent: TreeNode): string {
  return Array.from(parent.childNodes).map(write).join('');
}
