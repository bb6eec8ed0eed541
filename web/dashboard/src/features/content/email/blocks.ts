/** The blocks a mail is made of: what can be put in, and what of each can be changed without knowing MJML. */
import { innerOf, type Node } from './mjml';

export interface Palette {
  id: string;
  /** A text of the catalogue. */
  title: string;
  what: string;
  /** Whether it stands in a column or is a row of columns. */
  level: 'content' | 'section';
  make: () => string;
}

const column = (inner = '', width = '') => `  <mj-column${width ? ` width="${width}"` : ''}>\n${inner ? `    ${inner}\n` : ''}  </mj-column>`;
const row = (...columns: string[]) => `<mj-section background-color="#ffffff" padding="12px 8px">\n${columns.join('\n')}\n</mj-section>`;
const WRITE = '<mj-text>Write here.</mj-text>';

/** A brand's colour, with what stands in for it. */
export const brandColour = (role: string, otherwise: string): string => `{{ brand.colours.${role} | default: '${otherwise}' }}`;

/** The role of the brand's colour that a value asks for, and its stand-in. */
export function brandRole(value: string): { role: string; otherwise: string } | null {
  const found = /^\{\{\s*brand\.colours\.([a-z0-9_]+)\s*(?:\|\s*default:\s*['"](#[0-9a-fA-F]{3,8})['"]\s*)?\}\}$/.exec(value.trim());
  return found?.[1] ? { role: found[1], otherwise: found[2] ?? '' } : null;
}

export const PALETTE: Palette[] = [
  { id: 'text', title: 'Text', what: 'Words, with links and names that fill in', level: 'content', make: () => WRITE },
  {
    id: 'heading',
    title: 'Heading',
    what: 'A large line',
    level: 'content',
    make: () => '<mj-text font-size="24px" font-weight="700" line-height="1.25"><h1>A heading</h1></mj-text>',
  },
  {
    id: 'button',
    title: 'Button',
    what: 'The one thing to do',
    level: 'content',
    make: () => `<mj-button href="https://example.com/" background-color="${brandColour('primary', '#0b7285')}">Have a look</mj-button>`,
  },
  { id: 'image', title: 'Picture', what: 'From the media library or an address', level: 'content', make: () => '<mj-image src="" alt="" />' },
  { id: 'divider', title: 'Line', what: 'Parts what is above from what is below', level: 'content', make: () => '<mj-divider border-width="1px" border-color="#d5dade" />' },
  { id: 'spacer', title: 'Space', what: 'Nothing, of a height', level: 'content', make: () => '<mj-spacer height="24px" />' },
  {
    id: 'products',
    title: 'Things of the event',
    what: 'A line for each product of an order or a cart',
    level: 'content',
    make: () =>
      '<mj-table>\n  {% for item in event.properties.products %}\n  <tr>\n    <td style="padding: 6px 0">{{ item.name | escape }}</td>\n    <td style="padding: 6px 0; text-align: right">{{ item.price }}</td>\n  </tr>\n  {% endfor %}\n</mj-table>',
  },
  {
    id: 'social',
    title: 'Social links',
    what: 'Icons that lead to your pages',
    level: 'content',
    make: () =>
      '<mj-social mode="horizontal" icon-size="24px">\n  <mj-social-element name="instagram" href="https://instagram.com/"></mj-social-element>\n  <mj-social-element name="youtube" href="https://youtube.com/"></mj-social-element>\n</mj-social>',
  },
  { id: 'html', title: 'HTML', what: 'For what no block does', level: 'content', make: () => '<mj-raw>\n  <tr><td style="padding: 10px 25px">HTML</td></tr>\n</mj-raw>' },
  { id: 'one', title: 'Row', what: 'One column', level: 'section', make: () => row(column(WRITE)) },
  { id: 'two', title: 'Two columns', what: 'Beside each other; under each other on a telephone', level: 'section', make: () => row(column(WRITE), column(WRITE)) },
  { id: 'three', title: 'Three columns', what: 'Beside each other; under each other on a telephone', level: 'section', make: () => row(column(WRITE), column(WRITE), column(WRITE)) },
  {
    id: 'side',
    title: 'Picture beside text',
    what: 'A third and two thirds',
    level: 'section',
    make: () => row(column('<mj-image src="" alt="" />', '33%'), column(WRITE, '67%')),
  },
  {
    id: 'hero',
    title: 'Large picture with words',
    what: 'To begin with',
    level: 'section',
    make: () =>
      '<mj-hero mode="fluid-height" background-url="" background-color="#17323a" padding="64px 24px">\n  <mj-text color="#ffffff" font-size="30px" font-weight="700" line-height="1.2" align="center"><h1>A large line</h1></mj-text>\n  <mj-button href="https://example.com/">Have a look</mj-button>\n</mj-hero>',
  },
  {
    id: 'footer',
    title: 'Footer',
    what: 'Who you are and the way out',
    level: 'section',
    make: () => `<mj-section padding="16px 8px">\n${column(FOOTER)}\n</mj-section>`,
  },
];

const FOOTER =
  '<mj-text font-size="13px" color="#5c636a" align="center">{{ company.name }}, {{ company.postal_address }}<br /><a href="{{ unsubscribe_url }}">Unsubscribe</a> · <a href="{{ preferences_url }}">Choose what you get</a></mj-text>';

/** How a field is filled in. */
export type FieldKind = 'text' | 'link' | 'colour' | 'px' | 'align' | 'picture' | 'choice' | 'padding' | 'width' | 'font';

export interface Field {
  name: string;
  title: string;
  kind: FieldKind;
  options?: string[];
}

const BACK = { name: 'container-background-color', title: 'Background', kind: 'colour' } as const;
const AROUND = { name: 'padding', title: 'Space around it', kind: 'padding' } as const;
const ALIGN = { name: 'align', title: 'Alignment', kind: 'align' } as const;

/** What can be changed of an element, by its tag; further attributes are for the code. */
export const FIELDS: Record<string, Field[]> = {
  'mj-text': [
    ALIGN,
    { name: 'font-size', title: 'Size of letters', kind: 'px' },
    { name: 'color', title: 'Colour', kind: 'colour' },
    { name: 'font-family', title: 'Font', kind: 'font' },
    BACK,
    AROUND,
  ],
  'mj-button': [
    { name: 'href', title: 'Leads to', kind: 'link' },
    { name: 'background-color', title: 'Colour', kind: 'colour' },
    { name: 'color', title: 'Colour of the words', kind: 'colour' },
    ALIGN,
    { name: 'border-radius', title: 'Round corners', kind: 'px' },
    { name: 'font-size', title: 'Size of letters', kind: 'px' },
    { name: 'width', title: 'Width', kind: 'width' },
    AROUND,
  ],
  'mj-image': [
    { name: 'src', title: 'Picture', kind: 'picture' },
    { name: 'alt', title: 'What it shows', kind: 'text' },
    { name: 'href', title: 'Leads to', kind: 'link' },
    { name: 'width', title: 'Width', kind: 'px' },
    ALIGN,
    { name: 'border-radius', title: 'Round corners', kind: 'px' },
    AROUND,
  ],
  'mj-divider': [
    { name: 'border-color', title: 'Colour', kind: 'colour' },
    { name: 'border-width', title: 'Thickness', kind: 'px' },
    { name: 'border-style', title: 'Kind of line', kind: 'choice', options: ['solid', 'dashed', 'dotted'] },
    AROUND,
  ],
  'mj-spacer': [{ name: 'height', title: 'Height', kind: 'px' }, BACK],
  'mj-table': [{ name: 'font-size', title: 'Size of letters', kind: 'px' }, { name: 'color', title: 'Colour', kind: 'colour' }, BACK, AROUND],
  'mj-social': [ALIGN, { name: 'icon-size', title: 'Size of icons', kind: 'px' }, { name: 'mode', title: 'Direction', kind: 'choice', options: ['horizontal', 'vertical'] }, AROUND],
  'mj-social-element': [
    { name: 'name', title: 'Which', kind: 'choice', options: ['facebook', 'github', 'instagram', 'linkedin', 'medium', 'pinterest', 'snapchat', 'soundcloud', 'tumblr', 'twitter', 'vimeo', 'web', 'x', 'xing', 'youtube'] },
    { name: 'href', title: 'Leads to', kind: 'link' },
    { name: 'alt', title: 'What it shows', kind: 'text' },
  ],
  'mj-section': [
    { name: 'background-color', title: 'Background', kind: 'colour' },
    { name: 'background-url', title: 'Picture behind', kind: 'picture' },
    { name: 'border-radius', title: 'Round corners', kind: 'px' },
    { name: 'padding', title: 'Space within', kind: 'padding' },
  ],
  'mj-wrapper': [
    { name: 'background-color', title: 'Background', kind: 'colour' },
    { name: 'border-radius', title: 'Round corners', kind: 'px' },
    { name: 'padding', title: 'Space within', kind: 'padding' },
  ],
  'mj-column': [
    { name: 'width', title: 'Width', kind: 'width' },
    { name: 'vertical-align', title: 'Up and down', kind: 'choice', options: ['top', 'middle', 'bottom'] },
    { name: 'background-color', title: 'Background', kind: 'colour' },
    { name: 'padding', title: 'Space within', kind: 'padding' },
  ],
  'mj-hero': [
    { name: 'background-url', title: 'Picture behind', kind: 'picture' },
    { name: 'background-color', title: 'Background', kind: 'colour' },
    { name: 'padding', title: 'Space within', kind: 'padding' },
  ],
  'mj-body': [
    { name: 'background-color', title: 'Background', kind: 'colour' },
    { name: 'width', title: 'Width', kind: 'px' },
  ],
};

/** How elements are called. */
export const NAMES: Record<string, { title: string }> = {
  'mj-text': { title: 'Text' },
  'mj-button': { title: 'Button' },
  'mj-image': { title: 'Picture' },
  'mj-divider': { title: 'Line' },
  'mj-spacer': { title: 'Space' },
  'mj-table': { title: 'Table' },
  'mj-social': { title: 'Social links' },
  'mj-social-element': { title: 'Social link' },
  'mj-navbar': { title: 'Menu' },
  'mj-raw': { title: 'HTML' },
  'mj-section': { title: 'Row' },
  'mj-wrapper': { title: 'Rows together' },
  'mj-column': { title: 'Column' },
  'mj-hero': { title: 'Large picture with words' },
  'mj-body': { title: 'The whole mail' },
};

/** A few words by which people know a block again. */
export function excerpt(text: string, node: Node): string {
  if (node.kind === 'loose') return node.text;
  const value = (name: string) => node.attributes.find((a) => a.name === name)?.value ?? '';
  if (node.tag === 'mj-image') return value('alt') || (value('src').split('/').at(-1) ?? '');
  if (node.tag === 'mj-spacer') return value('height');
  if (node.tag === 'mj-social') return node.children.map((c) => (c.kind === 'element' ? (c.attributes.find((a) => a.name === 'name')?.value ?? '') : '')).filter(Boolean).join(', ');
  if (node.children.length > 0 || !node.inner) return '';
  const words = innerOf(text, node)
    .replace(/<[^>]*>/g, ' ')
    .replace(/\{%.*?%\}/gs, '')
    .replace(/\{\{\s*([\w.]+)[^}]*\}\}/g, '[$1]')
    .replace(/\s+/g, ' ')
    .trim();
  return words.length > 60 ? `${words.slice(0, 59)}…` : words;
}

/** The number of a length such as `16px`; nothing for what is none. */
export function pixels(value: string): number | null {
  const found = /^(\d+(?:\.\d+)?)(?:px)?$/.exec(value.trim());
  return found ? Number(found[1]) : null;
}

/** Top, right, bottom and left of a padding in pixels; nothing for what is written otherwise. */
export function sides(value: string): [number, number, number, number] | null {
  const parts = value.trim().split(/\s+/).filter(Boolean).map(pixels);
  if (parts.length === 0 || parts.length > 4 || parts.includes(null)) return null;
  const [top = 0, right = top, bottom = top, left = right] = parts as number[];
  return [top, right, bottom, left];
}
