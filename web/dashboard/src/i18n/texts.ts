/** Finding the texts of the catalogue in the sources; for the test that every one has its translation. */

const LITERAL = String.raw`'((?:[^'\\]|\\.)*)'`;

/** Texts that are named in tables and translated where they are shown. */
const TABLES = ['title', 'what', 'message'];

const unescape = (text: string): string => text.replace(/\\(.)/g, '$1');

/** Every text a source file shows, in the order of their appearance. */
export function textsOf(source: string): string[] {
  const found: string[] = [];
  const all = (pattern: RegExp, groups: number[]) => {
    for (const match of source.matchAll(pattern)) {
      for (const group of groups) if (match[group]) found.push(unescape(match[group]));
    }
  };
  all(new RegExp(String.raw`\bt\(\s*${LITERAL}`, 'g'), [1]);
  // Both branches of `t(a ? 'x' : 'y')`, and a text after a condition.
  all(new RegExp(String.raw`\btn\(\s*[^'\n]+?,\s*${LITERAL},\s*${LITERAL}`, 'g'), [1, 2]);
  all(new RegExp(String.raw`\b(?:${TABLES.join('|')}): ${LITERAL}`, 'g'), [1]);
  all(new RegExp(String.raw`\bsay\([^,]+, ${LITERAL}`, 'g'), [1]);
  all(new RegExp(String.raw`\? null : ${LITERAL}`, 'g'), [1]);
  // Pairs of a value and its text: `['>=', 'at least'],`.
  all(new RegExp(String.raw`^ {2}\['[^']*', ${LITERAL}\],$`, 'gm'), [1]);
  return found;
}
