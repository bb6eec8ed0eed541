import { describe, expect, it } from 'vitest';
import { STARTERS } from '../starters';
import { brandColour, brandRole, excerpt, FIELDS, NAMES, PALETTE, pixels, sides } from './blocks';
import { elementAt, insertAt, mayStand, parse, walk } from './mjml';
import { isRich, type TreeNode, write } from './rich';

const EMPTY = '<mjml><mj-body><mj-section><mj-column></mj-column></mj-section></mj-body></mjml>';

describe('the palette', () => {
  it('makes what may stand where it is put, and can be changed', () => {
    const root = parse(EMPTY).root;
    if (!root) throw new Error('no root');
    for (const { id, level, make } of PALETTE) {
      const parent = elementAt(root, level === 'section' ? [0] : [0, 0, 0]);
      if (!parent) throw new Error('no parent');
      const made = parse(insertAt(EMPTY, parent, 0, make()));
      expect(made.problem, id).toBeNull();
      const node = made.root && elementAt(made.root, level === 'section' ? [0, 0] : [0, 0, 0, 0]);
      expect(node && mayStand(node, parent), id).toBe(true);
      expect(node && (node.tag in FIELDS || node.tag === 'mj-raw'), id).toBe(true);
      expect(node && node.tag in NAMES, id).toBe(true);
    }
  });

  it('begins every mail with blocks', () => {
    for (const { id, spec } of STARTERS) {
      const { root, problem } = parse(String(spec.mjml));
      expect(problem, id).toBeNull();
      expect(root && walk(root).some((x) => x.node.kind === 'element' && x.node.tag === 'mj-text'), id).toBe(true);
      expect(String(spec.mjml), id).toContain('{{ unsubscribe_url }}');
    }
  });
});

it('knows a colour of the brand again', () => {
  expect(brandRole(brandColour('primary', '#0b7285'))).toEqual({ role: 'primary', otherwise: '#0b7285' });
  expect(brandRole('{{ brand.colours.text }}')).toEqual({ role: 'text', otherwise: '' });
  expect(brandRole('#fff')).toBeNull();
});

it('reads lengths', () => {
  expect([pixels('16px'), pixels('2'), pixels('50%'), pixels('')]).toEqual([16, 2, null, null]);
  expect(sides('1px')).toEqual([1, 1, 1, 1]);
  expect(sides('1px 2px')).toEqual([1, 2, 1, 2]);
  expect(sides('1px 2px 3px 4px')).toEqual([1, 2, 3, 4]);
  expect(sides('{{ x }}')).toBeNull();
});

it('says in a few words what a block is', () => {
  const text = '<mjml><mj-body><mj-text>Hello  {{ profile.first_name | default: "you" }}, <b>all</b></mj-text></mj-body></mjml>';
  const root = parse(text).root;
  const node = root && elementAt(root, [0, 0]);
  expect(node && excerpt(text, node)).toBe('Hello [profile.first_name], all');
});

describe('text as it looks', () => {
  it('takes what comes back as it was, and nothing else', () => {
    for (const good of ['Hello', '<b>a</b><br />c', '{% if x %}<b>a</b>{% else %}c{% endif %}', '<a href="{{ unsubscribe_url }}">x</a>', '{% if a > b %}x{% endif %}', '<h1 style="margin:0">Hi {{ x | default: "there" }}</h1>', '<a href="{{ x | default: \'y\' }}">x</a>', '{% if a < b %}x{% endif %}', '{{ a | default: "Q & A" }}']) {
      expect(isRich(good), good).toBe(true);
    }
    for (const bad of ['<img src=x onerror=alert(1)>', '<script>1</script>', '<a href="javascript:alert(1)">x</a>', '<a onclick="x">x</a>', '<table></table>', '{% if x %}<b>{% endif %}', '{% if x %}<b>a</b>', '<b>a', '<b>a</i>', '<a {% if x %}href="y"{% endif %}>x</a>', '<!-- x -->', 'a < b', '{{ x | default: "<b>" }}', '{{ x | default: "<img src=x onerror=alert(1)>" }}', '{% if x == "</b>" %}y{% endif %}', '{{ x | default: "&copy;" }}', '<a href="{{ x | default: "y" }}">x</a>', "<a href='/{{ x | default: 'y' }}'>x</a>"]) {
      expect(isRich(bad), bad).toBe(false);
    }
  });

  const text = (nodeValue: string): TreeNode => ({ nodeType: 3, nodeName: '#text', nodeValue, childNodes: [] });
  const element = (nodeName: string, attributes: Record<string, string>, ...childNodes: TreeNode[]): TreeNode => ({
    nodeType: 1,
    nodeName,
    nodeValue: null,
    childNodes,
    attributes: Object.entries(attributes).map(([name, value]) => ({ name, value })),
  });

  it('writes what mails need', () => {
    const tree = element('DIV', {}, text('a < b & '), element('A', { href: 'https://x/?a="1"', onclick: 'x', class: 'y' }, text('{{ x | default: "&" }}')), element('FONT', {}, text('kept')), element('SCRIPT', {}, text('gone')), element('BR', {}));
    expect(write(tree)).toBe('<div>a &lt; b &amp; <a href="https://x/?a=&quot;1&quot;">{{ x | default: "&" }}</a>kept<br /></div>');
    expect(write(element('A', { href: 'javascript:1' }, text('x')))).toBe('<a>x</a>');
  });
});
