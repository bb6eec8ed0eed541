/** Mails to begin with, in blocks: they read well on a telephone, in the dark, and without pictures. */
import { brandColour } from './email/blocks';

const PRIMARY = brandColour('primary', '#0b7285');

const mail = (...blocks: string[]): string => `<mjml lang="en">
  <mj-head>
    <mj-raw><meta name="color-scheme" content="light dark"></mj-raw>
    <mj-attributes>
      <mj-all font-family="-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif" />
      <mj-text font-size="16px" line-height="1.6" color="#1f2933" />
      <mj-button font-size="16px" font-weight="600" border-radius="8px" inner-padding="13px 24px" align="left" />
    </mj-attributes>
    <mj-style inline="inline">h1, p, ul { margin: 0; } h1 { font-size: 1em; line-height: inherit; }</mj-style>
  </mj-head>
  <mj-body background-color="#f2f4f5" width="600px">
    <mj-spacer height="16px" />
    <mj-section background-color="#ffffff" border-radius="12px" padding="20px 8px">
      <mj-column>
        {% if brand.logo.url %}<mj-image src="{{ brand.logo.url }}" alt="{{ brand.logo.alt }}" width="140px" align="left" />{% endif %}
${blocks.map((block) => `        ${block}`).join('\n')}
      </mj-column>
    </mj-section>
    <mj-section padding="16px 8px">
      <mj-column>
        <mj-text font-size="13px" color="#5c636a" align="center">{{ company.name }}, {{ company.postal_address }}<br /><a href="{{ unsubscribe_url }}">Unsubscribe</a> · <a href="{{ preferences_url }}">Choose what you get</a></mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>`;

const hello = 'Hello{% if profile.first_name %} {{ profile.first_name | escape }}{% endif %}';
const heading = (words: string) => `<mj-text font-size="24px" font-weight="700" line-height="1.25"><h1>${words}</h1></mj-text>`;
const button = (words: string) => `<mj-button href="https://example.com/" background-color="${PRIMARY}">${words}</mj-button>`;

export const BEGINNING: Record<string, unknown> = {
  name: '',
  channel: 'email',
  subject: '',
  mjml: mail(heading(hello), '<mj-text>Write here.</mj-text>'),
};

export const STARTERS: { id: string; title: string; spec: Record<string, unknown> }[] = [
  { id: 'letter', title: 'A plain letter', spec: { mjml: BEGINNING.mjml } },
  {
    id: 'offer',
    title: 'One thing to do',
    spec: {
      subject: 'Something for you',
      mjml: mail(heading(hello), '<mj-text>One sentence that says why this is worth a look.</mj-text>', button('Have a look')),
    },
  },
  {
    id: 'win-back',
    title: 'We miss you',
    spec: {
      subject: 'It has been a while{% if profile.first_name %}, {{ profile.first_name }}{% endif %}',
      preheader: 'What is new since you were here.',
      mjml: mail(
        heading('It has been a while'),
        `<mj-text>${hello}, you have not been here for some time. Three things that are new:</mj-text>`,
        '<mj-text><ul><li>First</li><li>Second</li><li>Third</li></ul></mj-text>',
        button('See what is new'),
      ),
    },
  },
  {
    id: 'receipt',
    title: 'A receipt',
    spec: {
      subject: 'Your order {{ event.properties.order_id }}',
      transactional: true,
      mjml: mail(heading('Thank you'), `<mj-text>${hello}, we have your order {{ event.properties.order_id | escape }} over {{ event.properties.total }}.</mj-text>`),
    },
  },
];
