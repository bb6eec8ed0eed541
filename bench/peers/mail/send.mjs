// The same mails by nodemailer, liquidjs and mjml: Liquid first, then the compiler for each mail, as their users do it.
// Prints mails a second, without and with an RSA-2048 signature.
import { generateKeyPairSync } from 'node:crypto';
import { Liquid } from 'liquidjs';
import mjml2html from 'mjml';
import nodemailer from 'nodemailer';

const { mjml, data, port, mails, connections } = JSON.parse(process.argv[2]);
const template = new Liquid({ outputEscape: 'escape' }).parse(mjml);
const subject = new Liquid().parse('For you, {{ profile.first_name }}');
const engine = new Liquid({ outputEscape: 'escape' });
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const dkim = {
  domainName: 'shop.example',
  keySelector: 'rapport',
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
};

async function run(options) {
  const transport = nodemailer.createTransport({
    host: '127.0.0.1', port, secure: false, ignoreTLS: true, pool: true, maxConnections: connections, maxMessages: Infinity, ...options,
  });
  let next = 0;
  const worker = async () => {
    for (;;) {
      const number = ++next;
      if (number > mails) return;
      const scope = { ...data, profile: { first_name: `Customer ${number}` }, unsubscribe_url: `https://m.example/u/${number}` };
      const source = await engine.render(template, scope);
      const compiled = await mjml2html(source, { validationLevel: 'skip' });
      await transport.sendMail({
        from: '"Shop" <hi@shop.example>', to: `customer${number}@example.net`, subject: await engine.render(subject, scope), html: compiled.html,
        text: 'Offers',
        headers: { 'List-Unsubscribe': `<https://m.example/u/${number}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
      });
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: connections }, worker));
  const seconds = (performance.now() - begun) / 1000;
  transport.close();
  return mails / seconds;
}

const unsigned = await run({});
const signed = await run({ dkim });
console.log(JSON.stringify({ unsigned, signed }));
