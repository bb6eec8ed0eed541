/** A mail's HTML as its reader sees it: in a frame that runs nothing. */
import { useMemo } from 'react';

/** The nonce of this page: styles in a frame made by it stand under the same policy. */
const nonce = () => document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

/** Without scripts and what it would load beside pictures, and with styles the page's policy lets through. */
export function framedDocument(html: string, dark: boolean): Document {
  // Before it is parsed: the page's policy is asked for styles then.
  const marked = html.replace(/@import[^;]*;/gi, '').replace(/<style\b/gi, `<style nonce="${nonce()}"`);
  const doc = new DOMParser().parseFromString(marked, 'text/html');
  for (const bad of doc.querySelectorAll('script, iframe, object, embed, base, link, meta[http-equiv]')) bad.remove();
  for (const element of doc.querySelectorAll('*')) {
    for (const { name } of [...element.attributes]) if (name.toLowerCase().startsWith('on')) element.removeAttribute(name);
  }
  const base = doc.createElement('base');
  base.target = '_blank';
  doc.head.prepend(base);
  if (dark) {
    // As mail programs do that turn light mails dark by themselves.
    const style = doc.createElement('style');
    style.setAttribute('nonce', nonce());
    style.textContent = 'html{background:#121212;filter:invert(0.9) hue-rotate(180deg)}img,video{filter:invert(1) hue-rotate(180deg)}';
    doc.head.append(style);
  }
  return doc;
}

export function framed(html: string, dark: boolean): string {
  return `<!doctype html>${framedDocument(html, dark).documentElement.outerHTML}`;
}

export function MailFrame({ html, title, width, dark = false }: { html: string; title: string; width: number | string; dark?: boolean }) {
  const source = useMemo(() => framed(html, dark), [html, dark]);
  return (
    <iframe
      title={title}
      srcDoc={source}
      sandbox="allow-popups allow-popups-to-escape-sandbox"
      style={{ width, maxWidth: '100%', height: '62vh', border: '1px solid var(--rule-line)', borderRadius: 8, background: dark ? '#121212' : '#fff', display: 'block', margin: '0 auto' }}
    />
  );
}
