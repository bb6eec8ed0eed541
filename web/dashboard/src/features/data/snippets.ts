/** How each kind of program sends events here: ready to copy, with the key and the address in place. */
export interface Snippet {
  id: string;
  title: string;
  code: (url: string, key: string) => string;
}

export const SNIPPETS: Snippet[] = [
  {
    id: 'browser',
    title: 'Web page',
    code: (url, key) => `<script async src="${url}/sdk/rapport.js"
  data-write-key="${key}" data-options='{"autocapture":true}'></script>`,
  },
  {
    id: 'analytics',
    title: 'analytics.js',
    code: (url, key) => `import { AnalyticsBrowser } from '@segment/analytics-next';

export const analytics = AnalyticsBrowser.load(
  { writeKey: '${key}', cdnURL: '${url}/cdn' },
  { integrations: { 'Segment.io': { apiHost: '${url.replace(/^https?:\/\//, '')}/v1', protocol: '${url.startsWith('https') ? 'https' : 'http'}' } } },
);
analytics.track('Order Completed', { total: 59.9 });`,
  },
  {
    id: 'node',
    title: 'Node.js',
    code: (url, key) => `import { Analytics } from '@segment/analytics-node';

const analytics = new Analytics({ writeKey: '${key}', host: '${url}' });
analytics.track({ userId: 'u1', event: 'Order Completed', properties: { total: 59.9 } });`,
  },
  {
    id: 'python',
    title: 'Python',
    code: (url, key) => `import segment.analytics as analytics

analytics.write_key = '${key}'
analytics.host = '${url}'
analytics.track('u1', 'Order Completed', {'total': 59.9})
analytics.flush()`,
  },
  {
    id: 'curl',
    title: 'curl',
    code: (url, key) => `curl -u '${key}:' -H 'content-type: application/json' ${url}/v1/track \\
  -d '{"userId":"u1","event":"Order Completed","properties":{"total":59.9}}'`,
  },
];
