import { expect, it } from 'vitest';
import { aligned, begun, hasWords, isLeft, pieces, plain, putPiece } from './pieces';

const MAIL = `<mjml lang="en">
  <mj-head>
    <mj-attributes><mj-text font-size="16px" /></mj-attributes>
    <mj-title>News</mj-title>
  </mj-head>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-image src="https://a.example/x.png" alt="A cup" />
        {% if profile.first_name %}
        <mj-text>Hello <b>you</b>,<br />{{ profile.first_name }}</mj-text>
        {% endif %}
        <mj-text>{{ event.total }}</mj-text>
        <mj-button href="https://a.example/">Go &amp; look</mj-button>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>`;

it('finds the words of a mail and nothing else', () => {
  expect(pieces(MAIL)?.map((p) => [p.tag, p.text])).toEqual([
    ['mj-title', 'News'],
    ['mj-image', 'A cup'],
    ['mj-text', 'Hello <b>you</b>,<br />{{ profile.first_name }}'],
    ['mj-text', '{{ event.total }}'],
    ['mj-button', 'Go &amp; look'],
  ]);
  expect(pieces('<p>no mjml</p>')).toBe(null);
  expect([hasWords('{{ event.total }} <br>'), hasWords('{{ x }} Euro'), hasWords('<b>1.5</b>&nbsp;')]).toEqual([false, true, false]);
});

it('reads as people do', () => {
  expect(plain('<p>Hello <b>you</b>,</p><p>{{ name }} &amp; friends<br>all</p>')).toBe('Hello you,\n{{ name }} & friends\nall');
});

it('writes a translation piece by piece beside the original', () => {
  let own = begun(MAIL, 'de');
  expect(own).toContain('<mjml lang="de">');
  const pairs = () => aligned(MAIL, own) ?? [];
  expect(pairs().map(([a]) => a.text)).toEqual(['News', 'A cup', 'Hello <b>you</b>,<br />{{ profile.first_name }}', 'Go &amp; look']);
  expect(pairs().every(isLeft)).toBe(true);
  own = putPiece(own, pairs()[1]?.[1] as never, 'Eine "Tasse"');
  own = putPiece(own, pairs()[2]?.[1] as never, 'Hallo');
  expect(own).toContain('alt="Eine &quot;Tasse&quot;"');
  expect(own).toContain('<mj-text>Hallo</mj-text>');
  expect(pairs().map(isLeft)).toEqual([true, false, false, true]);
  // Only words changed.
  expect(own.replace('lang="de"', 'lang="en"').replace('Eine &quot;Tasse&quot;', 'A cup').replace('>Hallo<', '>Hello <b>you</b>,<br />{{ profile.first_name }}<')).toBe(MAIL);
});

it('says when the two are not built alike, and loses nothing then', () => {
  const shorter = MAIL.replace(/ *<mj-button[\s\S]*<\/mj-button>\n/, '');
  expect(aligned(MAIL, shorter)).toBe(null);
  expect(aligned(MAIL, MAIL.replaceAll('mj-button', 'mj-table'))).toBe(null);
  const gone = pieces(MAIL)?.at(-1);
  expect(putPiece(shorter, gone as never, 'x')).toBe(shorter);
  expect(putPiece('<p>', gone as never, 'x')).toBe('<p>');
});
