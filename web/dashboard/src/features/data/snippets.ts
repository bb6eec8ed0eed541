/** How each kind of program sends events here: ready to copy, with the key and the address in place. */
export interface Snippet {
  id: string;
  title: string;
  /** `inapp` when messages are to appear on the page. */
  code: (url: string, key: string, inapp?: boolean) => string;
}

export const SNIPPETS: Snippet[] = [
  {
    id: 'browser',
    title: 'Web page',
    code: (url, key, inapp) => `<script async src="${url}/sdk/rapport.js"
  data-write-key="${key}"${inapp ? ` data-options='{"inapp":true}'` : ''}></script>`,
  },
  {
    id: 'npm',
    title: 'npm package',
    code: (url, key, inapp) => `import { load } from 'rapport-browser';

const rapport = load('${key}', { host: '${url}'${inapp ? ', inapp: true' : ''} });
rapport.track('Order Completed', { total: 59.9 });`,
  },
  {
    id: 'react',
    title: 'React',
    code: (url, key) => `import { RapportProvider, usePageView, useRapport } from 'rapport-browser/react';

export const App = () => (
  <RapportProvider writeKey="${key}" host="${url}">
    <Buy />
  </RapportProvider>
);

function Buy() {
  usePageView('Buy');
  const rapport = useRapport();
  return <button onClick={() => rapport.track('Order Completed', { total: 59.9 })}>Buy</button>;
}`,
  },
  {
    id: 'analytics',
    title: 'analytics.js',
    code: (url, key) => `import { AnalyticsBrowser } from '@segment/analytics-next';

export const analytics = AnalyticsBrowser.load(
  { writeKey: '${key}', cdnURL: '${url}/cdn' },
  { integrations: { 'Segment.io': { host: '${url.replace(/^https?:\/\//, '')}/v1', protocol: '${url.startsWith('https') ? 'https' : 'http'}' } } },
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
    id: 'go',
    title: 'Go',
    code: (url, key) => `import analytics "github.com/segmentio/analytics-go/v3"

client, _ := analytics.NewWithConfig("${key}", analytics.Config{Endpoint: "${url}"})
defer client.Close()
client.Enqueue(analytics.Track{
    UserId:     "u1",
    Event:      "Order Completed",
    Properties: analytics.NewProperties().Set("total", 59.9),
})`,
  },
  {
    id: 'java',
    title: 'Java',
    code: (url, key) => `Analytics analytics = Analytics.builder("${key}").endpoint("${url}").build();
analytics.enqueue(TrackMessage.builder("Order Completed")
    .userId("u1")
    .properties(Map.of("total", 59.9)));
analytics.flush();`,
  },
  {
    id: 'php',
    title: 'PHP',
    code: (url, key) => `use Segment\\Segment;

Segment::init('${key}', ['host' => '${url.replace(/^https?:\/\//, '')}', 'tls' => ${url.startsWith('https')}]);
Segment::track(['userId' => 'u1', 'event' => 'Order Completed', 'properties' => ['total' => 59.9]]);
Segment::flush();`,
  },
  {
    id: 'ruby',
    title: 'Ruby',
    code: (url, key) => `require 'segment/analytics'

analytics = Segment::Analytics.new(write_key: '${key}', host: '${url.replace(/^https?:\/\//, '').replace(/:\d+$/, '')}', port: ${new URL(url).port || (url.startsWith('https') ? 443 : 80)}, ssl: ${url.startsWith('https')})
analytics.track(user_id: 'u1', event: 'Order Completed', properties: { total: 59.9 })
analytics.flush`,
  },
  {
    id: 'curl',
    title: 'curl',
    code: (url, key) => `curl -u '${key}:' -H 'content-type: application/json' ${url}/v1/track \\
  -d '{"userId":"u1","event":"Order Completed","properties":{"total":59.9}}'`,
  },
];
