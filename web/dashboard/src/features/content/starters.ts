/** Mails to begin with: they read well on a telephone, in the dark, and without pictures. */
const page = (inner: string): string => `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <style>
    body { margin: 0; background: #f2f4f5; font: 16px/1.6 -apple-system, "Segoe UI", Roboto, sans-serif; color: #1f2933; }
    .card { max-width: 560px; margin: 24px auto; padding: 28px 32px; background: #ffffff; border-radius: 12px; }
    h1 { margin: 0 0 12px; font-size: 24px; line-height: 1.25; }
    .button { display: inline-block; margin: 12px 0; padding: 12px 22px; background: #0b7285; color: #ffffff; border-radius: 8px; text-decoration: none; font-weight: 600; }
    .small { margin-top: 24px; font-size: 13px; color: #5c636a; }
    @media (max-width: 600px) { .card { margin: 0; border-radius: 0; padding: 20px; } }
  </style>
</head>
<body>
  <div class="card">
${inner}
    <p class="small">{{ company.name }}, {{ company.postal_address }}<br>
    <a href="{{ unsubscribe_url }}">Unsubscribe</a> · <a href="{{ preferences_url }}">Choose what you get</a></p>
  </div>
</body>
</html>`;

const hello = 'Hello{% if profile.first_name %} {{ profile.first_name | escape }}{% endif %}';

export const BEGINNING: Record<string, unknown> = {
  name: '',
  channel: 'email',
  subject: '',
  html: page(`    <h1>${hello}</h1>\n    <p>Write here.</p>`),
};

export const STARTERS: { id: string; title: string; spec: Record<string, unknown> }[] = [
  { id: 'letter', title: 'A plain letter', spec: { html: BEGINNING.html } },
  {
    id: 'offer',
    title: 'One thing to do',
    spec: {
      subject: 'Something for you',
      html: page(`    <h1>${hello}</h1>\n    <p>One sentence that says why this is worth a look.</p>\n    <p><a class="button" href="https://example.com/">Have a look</a></p>`),
    },
  },
  {
    id: 'win-back',
    title: 'We miss you',
    spec: {
      subject: 'It has been a while{% if profile.first_name %}, {{ profile.first_name }}{% endif %}',
      preheader: 'What is new since you were here.',
      html: page(`    <h1>It has been a while</h1>\n    <p>${hello}, you have not been here for some time. Three things that are new:</p>\n    <ul>\n      <li>First</li>\n      <li>Second</li>\n      <li>Third</li>\n    </ul>\n    <p><a class="button" href="https://example.com/">See what is new</a></p>`),
    },
  },
  {
    id: 'receipt',
    title: 'A receipt',
    spec: {
      subject: 'Your order {{ event.properties.order_id }}',
      transactional: true,
      html: page(`    <h1>Thank you</h1>\n    <p>${hello}, we have your order {{ event.properties.order_id | escape }} over {{ event.properties.total }}.</p>`),
    },
  },
];
