import { describe, expect, it } from 'vitest';
import { attribute, at, elementAt, encode, innerOf, insertAt, marked, moveTo, parse, type Path, pathOf, removeNode, setAttribute, setInner, step, textOf, walk } from './mjml';

const MAIL = `<mjml>
  <mj-body>
    <mj-section background-color="{{ brand.colours.primary | default: '#fff' }}">
      <mj-column>
        <mj-text align="center">Hello {{ profile.first_name | default: "there" }} <b>you</b></mj-text>
        {% if event.items.size > 0 %}
        <mj-button href="https://a.example/?a=1&amp;b=2">Go</mj-button>
        {% endif %}
      </mj-column>
      <mj-column>
        <mj-image src="https://a.example/x.png" />
      </mj-column>
    </mj-section>
    <!-- a remark -->
    <mj-section>
      <mj-column></mj-column>
    </mj-section>
  </mj-body>
</mjml>`;

const rootOf = (text: string) => {
  const { root, problem } = parse(text);
  if (!root) throw new Error(problem?.message);
  return root;
};
const tags = (text: string) => walk(rootOf(text)).map((x) => `${x.path.join('.')} ${x.node.kind === 'element' ? x.node.tag : x.node.text}`);

describe('reading', () => {
  it('finds elements, Liquid between them and remarks', () => {
    expect(tags(MAIL)).toEqual([
      '0 mj-body',
      '0.0 mj-section',
      '0.0.0 mj-column',
      '0.0.0.0 mj-text',
      '0.0.0.1 {% if event.items.size > 0 %}',
      '0.0.0.2 mj-button',
      '0.0.0.3 {% endif %}',
      '0.0.1 mj-column',
      '0.0.1.0 mj-image',
      '0.1 <!-- a remark -->',
      '0.2 mj-section',
      '0.2.0 mj-column',
    ]);
  });

  it('reads values as they are meant', () => {
    const root = rootOf(MAIL);
    expect(attribute(elementAt(root, [0, 0]) as never, 'background-color')).toBe("{{ brand.colours.primary | default: '#fff' }}");
    expect(attribute(elementAt(root, [0, 0, 0, 2]) as never, 'href')).toBe('https://a.example/?a=1&b=2');
    expect(innerOf(MAIL, elementAt(root, [0, 0, 0, 0]) as never)).toBe('Hello {{ profile.first_name | default: "there" }} <b>you</b>');
  });

  it('says why something is no MJML, and on which line', () => {
    const wrong = (text: string) => parse(text).problem;
    expect(wrong('<p>hello</p>')).toEqual({ line: 1, message: 'there is no <mjml>' });
    expect(wrong('<mjml>\n<mj-body>\n</mjml>')).toMatchObject({ line: 3 });
    expect(wrong('<mjml><mj-text>never</mjml>')?.message).toContain('mj-text');
    expect(wrong('<mjml>\n<mj-body {% if x %}width="1"{% endif %}></mj-body></mjml>')?.message).toContain('Liquid');
    for (let cut = 1; cut < MAIL.length; cut += 1) expect(parse(MAIL.slice(0, cut)).root, `cut at ${cut}`).toBeNull();
  });
});

describe('changing', () => {
  it('sets, replaces and takes away an attribute, and leaves the rest as it was', () => {
    const button: Path = [0, 0, 0, 2];
    const change = (text: string, name: string, value?: string) => setAttribute(text, elementAt(rootOf(text), button) as never, name, value);
    const wide = change(MAIL, 'width', '100%');
    expect(wide).toContain('b=2" width="100%">Go');
    expect(change(wide, 'width')).toBe(MAIL);
    expect(change(MAIL, 'href', 'https://b.example/?q="x"&y')).toContain('href="https://b.example/?q=&quot;x&quot;&amp;y">Go');
    const again = elementAt(rootOf(change(MAIL, 'href', '{{ a | b: "c" }}&d')), button);
    expect(attribute(again as never, 'href')).toBe("{{ a | b: 'c' }}&d");
  });

  it('reads back whatever value is written', () => {
    for (const value of ['a&b', '"<x>"', "it's", '{{ x }}', '&amp;', 'ü ‮']) {
      const made = setAttribute(MAIL, elementAt(rootOf(MAIL), [0, 0, 1, 0]) as never, 'alt', value);
      expect(attribute(elementAt(rootOf(made), [0, 0, 1, 0]) as never, 'alt')).toBe(value);
    }
    expect(encode('{{ "x" }}')).toBe("{{ 'x' }}");
  });

  it('opens an element that closed itself', () => {
    const made = setInner(MAIL, elementAt(rootOf(MAIL), [0, 0, 1, 0]) as never, 'x');
    expect(made).toContain('<mj-image src="https://a.example/x.png">x</mj-image>');
  });

  it('puts in and takes out, leaving no empty line', () => {
    const column = elementAt(rootOf(MAIL), [0, 2, 0]) as never;
    const made = insertAt(MAIL, column, 0, '<mj-text>\n  New\n</mj-text>');
    expect(made).toContain('      <mj-column>\n        <mj-text>\n          New\n        </mj-text>\n      </mj-column>');
    expect(removeNode(made, at(rootOf(made), [0, 2, 0, 0]) as never)).toContain('<mj-column>\n      </mj-column>');
    expect(textOf(made, at(rootOf(made), [0, 2, 0, 0]) as never)).toBe('<mj-text>\n  New\n</mj-text>');
  });
});

describe('moving', () => {
  const moved = (from: Path, parent: Path, index: number) => moveTo(MAIL, rootOf(MAIL), from, parent, index);

  it('keeps every node, and knows where the moved one is', () => {
    const root = rootOf(MAIL);
    const all = walk(root);
    const columns = all.filter((x) => x.node.kind === 'element' && x.node.tag === 'mj-column');
    const sorted = (text: string) => tags(text).map((t) => t.replace(/^\S+ /, '')).sort();
    for (const { node, path } of all.filter((x) => x.path.length === 4)) {
      for (const column of columns) {
        const size = column.node.kind === 'element' ? column.node.children.length : 0;
        for (let index = 0; index <= size; index += 1) {
          const made = moved(path, column.path, index);
          expect(made).not.toBeNull();
          if (!made) continue;
          expect(sorted(made.text)).toEqual(sorted(MAIL));
          const found = at(rootOf(made.text), made.path);
          expect(found && textOf(made.text, found), `${path} to ${column.path} ${index}`).toBe(textOf(MAIL, node));
        }
      }
    }
  });

  it('moves a section with all it holds, and not into itself', () => {
    const made = moved([0, 0], [0], 3);
    expect(made?.path).toEqual([0, 2]);
    expect(tags(made?.text ?? '').slice(0, 5)).toEqual(['0 mj-body', '0.0 <!-- a remark -->', '0.1 mj-section', '0.1.0 mj-column', '0.2 mj-section']);
    expect(moved([0, 0], [0, 0, 1], 0)).toBeNull();
  });

  it('goes on from column to column by single steps', () => {
    let [text, path]: [string, Path] = [MAIL, [0, 0, 0, 0]];
    const seen: string[] = [];
    for (let i = 0; i < 8; i += 1) {
      const made = step(text, rootOf(text), path, 1);
      if (!made) break;
      ({ text, path } = made);
      seen.push(path.join('.'));
    }
    expect(seen).toEqual(['0.0.0.1', '0.0.0.2', '0.0.0.3', '0.0.1.0', '0.0.1.1', '0.2.0.0']);
    for (let i = 0; i < 6; i += 1) {
      const made = step(text, rootOf(text), path, -1);
      if (made) ({ text, path } = made);
    }
    expect(path).toEqual([0, 0, 0, 0]);
    expect(tags(text)).toEqual(tags(MAIL));
  });
});

it('marks what is drawn, so that a click finds its block', () => {
  const made = marked(MAIL);
  for (const { node, path } of walk(rootOf(MAIL))) {
    if (node.kind !== 'element' || path.length < 2) continue;
    const found = elementAt(rootOf(made), path);
    expect(pathOf(attribute(found as never, 'css-class') ?? '')).toEqual(path);
  }
  expect(pathOf('a rp-0-1-2 b')).toEqual([0, 1, 2]);
  expect(pathOf('rp-x')).toBeNull();
  expect(marked('<p>no mail</p>')).toBe('<p>no mail</p>');
});
