/** The words of a mail's body, piece by piece, so that a translation can be written beside the original without its code. */
import { attribute, type Element, elementAt, innerOf, parse, type Path, setAttribute, setInner, walk } from '../email/mjml';

export interface Piece {
  path: Path;
  tag: string;
  /** The attribute that holds it; the content when absent. */
  attribute?: string;
  /** As it is written: HTML in a content, plain in an attribute. */
  text: string;
}

const CONTENTS = ['mj-text', 'mj-button', 'mj-table', 'mj-accordion-title', 'mj-accordion-text', 'mj-navbar-link', 'mj-social-element', 'mj-title', 'mj-preview'];
const PICTURES = ['mj-image', 'mj-carousel-image', 'mj-social-element'];
/** Below it are looks, not words. */
const LOOKS = ['mj-attributes', 'mj-html-attributes'];

/** A text without tags and Liquid. */
function bare(text: string): string {
  return text.replace(/\{\{.*?\}\}|\{%.*?%\}/gs, ' ').replace(/<[^>]*>/g, ' ').replace(/&[a-z]+;|&#\w+;/gi, ' ');
}

/** Whether there is anything to translate. */
export const hasWords = (text: string): boolean => /\p{L}/u.test(bare(text));

/** How a piece reads: its tags are gone, its lines kept. */
export function plain(html: string): string {
  const text = html
    .replace(/<(?:br|\/p|\/h[1-6]|\/li|\/tr)\b[^>]*>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&nbsp;/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;|&apos;/g, "'")
    .replace(/&amp;/g, '&');
  return text
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter(Boolean)
    .join('\n');
}

/** The pieces in the order of the text; `null` for what is no MJML. */
export function pieces(mjml: string): Piece[] | null {
  const { root } = parse(mjml);
  if (!root) return null;
  const isLooks = (path: Path) => path.some((_, i) => LOOKS.includes(elementAt(root, path.slice(0, i))?.tag ?? ''));
  return walk(root).flatMap(({ node, path }) => {
    if (node.kind !== 'element' || isLooks(path)) return [];
    const found: Piece[] = [];
    if (CONTENTS.includes(node.tag)) found.push({ path, tag: node.tag, text: innerOf(mjml, node).trim() });
    if (PICTURES.includes(node.tag)) found.push({ path, tag: node.tag, attribute: 'alt', text: attribute(node, 'alt') ?? '' });
    return found;
  });
}

const placeOf = (piece: Piece): string => `${piece.path.join('.')} ${piece.tag} ${piece.attribute ?? ''}`;

/** Each piece of the original that has words with the same of the translation; `null` when the two are not built alike. */
export function aligned(original: string, own: string): [Piece, Piece][] | null {
  const [theirs, ours] = [pieces(original), pieces(own)];
  if (!theirs || !ours || theirs.length !== ours.length) return null;
  const pairs = theirs.map((piece, i): [Piece, Piece] => [piece, ours[i] as Piece]);
  if (pairs.some(([a, b]) => placeOf(a) !== placeOf(b))) return null;
  return pairs.filter(([a]) => hasWords(a.text));
}

/** Whether a piece is as in the original. */
export const isLeft = ([original, own]: [Piece, Piece]): boolean => own.text.trim() === '' || own.text === original.text;

/** The body with a piece said otherwise; a piece that is not there any more changes nothing. */
export function putPiece(mjml: string, piece: Piece, text: string): string {
  const { root } = parse(mjml);
  const element: Element | null = root && elementAt(root, piece.path);
  if (!element || element.tag !== piece.tag) return mjml;
  return piece.attribute ? setAttribute(mjml, element, piece.attribute, text) : setInner(mjml, element, text);
}

/** A body to translate: the original, in that language. */
export function begun(original: string, tag: string): string {
  const { root } = parse(original);
  return root ? setAttribute(original, root, 'lang', tag) : original;
}
