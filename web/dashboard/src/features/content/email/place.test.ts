import { expect, it } from 'vitest';
import { elementAt, parse } from './mjml';
import { isShown, type Piece, put } from './place';

const MAIL = `<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text>One</mj-text>
        <mj-text>Two</mj-text>
      </mj-column>
      <mj-column></mj-column>
    </mj-section>
  </mj-body>
</mjml>`;
const content: Piece = { level: 'content', make: () => '<mj-spacer />' };
const section: Piece = { level: 'section', make: () => '<mj-hero></mj-hero>' };

const placed = (chosen: number[] | null, piece: Piece, text = MAIL) => {
  const { root } = parse(text);
  const made = root && put(text, root, chosen, piece);
  const after = made && parse(made.text).root;
  const node = after && made && elementAt(after, made.path);
  return [made?.path.join('.'), node?.tag];
};

it('puts something new after what is chosen, or at the end of where it may stand', () => {
  expect(placed([0, 0, 0, 0], content)).toEqual(['0.0.0.1', 'mj-spacer']);
  expect(placed([0, 0, 1], content)).toEqual(['0.0.1.0', 'mj-spacer']);
  expect(placed(null, content)).toEqual(['0.0.1.0', 'mj-spacer']);
  expect(placed([0, 0, 0, 0], section)).toEqual(['0.1', 'mj-hero']);
  expect(placed(null, section)).toEqual(['0.1', 'mj-hero']);
  const footer = MAIL.replace('<mj-column></mj-column>', '<mj-column><mj-text>{{ unsubscribe_url }}</mj-text></mj-column>');
  expect(placed(null, content, footer)).toEqual(['0.0.0.2', 'mj-spacer']);
});

it('makes a row when there is none yet', () => {
  expect(placed(null, content, '<mjml><mj-body></mj-body></mjml>')).toEqual(['0.0.0.0', 'mj-spacer']);
  expect(placed(null, content, '<mjml></mjml>')).toEqual([undefined, undefined]);
});

it('shows rows, columns and blocks, not what they are made of', () => {
  const { root } = parse('<mjml><mj-head><mj-title>x</mj-title></mj-head><mj-body><mj-section><mj-column>{% if x %}<mj-social><mj-social-element></mj-social-element></mj-social><!-- y --></mj-column></mj-section></mj-body></mjml>');
  if (!root) throw new Error('no root');
  const shown = (path: number[]) => {
    const parent = elementAt(root, path.slice(0, -1));
    const node = parent?.children[path.at(-1) ?? 0];
    return node ? isShown(root, path, node) : null;
  };
  expect([[0, 0], [1], [1, 0], [1, 0, 0], [1, 0, 0, 0], [1, 0, 0, 1], [1, 0, 0, 1, 0], [1, 0, 0, 2]].map(shown)).toEqual([false, false, true, false, true, true, false, false]);
});
