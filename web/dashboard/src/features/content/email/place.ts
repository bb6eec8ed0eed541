/** Where blocks may go when nobody says where. */
import type { Palette } from './blocks';
import { at, type Element, holdsContent, holdsSections, insertAt, type Node, type Path, walk } from './mjml';

/** Something that can be put in. */
export type Piece = Pick<Palette, 'level' | 'make'>;

/** Whether a node is a row of the tree: what the body holds, but not the insides of a block. */
export function isShown(root: Element, path: Path, node: Node): boolean {
  if (path.length < 2) return false;
  const parent = at(root, path.slice(0, -1));
  if (parent?.kind !== 'element') return false;
  if (node.kind === 'loose') return (holdsContent(parent) || holdsSections(parent)) && !node.text.startsWith('<!--');
  // The one column of a row says nothing of its own.
  if (node.tag === 'mj-column') return parent.children.filter((c) => c.kind === 'element').length > 1;
  return holdsContent(parent) || holdsSections(parent);
}

/** Where something new goes: after what is chosen, else at the end; a row for it when there is none. */
export function put(text: string, root: Element, chosen: Path | null, piece: Piece): { text: string; path: Path } | null {
  const all = walk(root);
  const fits = (node: Node): node is Element => node.kind === 'element' && (piece.level === 'section' ? holdsSections(node) : holdsContent(node));
  // From what is chosen outwards: the first that may hold it.
  for (let length = chosen?.length ?? 0; chosen && length > 0; length -= 1) {
    const path = chosen.slice(0, length);
    const node = at(root, path);
    if (!node || !fits(node)) continue;
    const below = chosen[length];
    const index = below === undefined ? node.children.length : below + 1;
    return { text: insertAt(text, node, index, piece.make()), path: [...path, index] };
  }
  // The way out stays the last thing of a mail.
  const isFooter = (node: Node) => text.slice(node.from, node.to).includes('unsubscribe_url');
  const last = all.findLast((x) => fits(x.node) && !isFooter(x.node)) ?? all.findLast((x) => fits(x.node));
  const home = piece.level === 'section' ? all.find((x) => fits(x.node)) : last;
  if (home && fits(home.node)) {
    const index = home.node.children.length;
    return { text: insertAt(text, home.node, index, piece.make()), path: [...home.path, index] };
  }
  const body = all.find((x) => x.node.kind === 'element' && x.node.tag === 'mj-body');
  if (body?.node.kind !== 'element') return null;
  const index = body.node.children.length;
  const inner = piece.make().split('\n').join('\n    ');
  return { text: insertAt(text, body.node, index, `<mj-section>\n  <mj-column>\n    ${inner}\n  </mj-column>\n</mj-section>`), path: [...body.path, index, 0, 0] };
}
