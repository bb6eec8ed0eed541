import { Stack, Text } from '@mantine/core';
import { t } from '@/i18n';
import { type Difference, difference, lines } from './diff';

const show = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 2);

/** Two documents beside each other: only what differs. Long texts are compared line by line. */
export function DiffView({ before, after }: { before: unknown; after: unknown }) {
  const found = difference(before, after);
  return found.length === 0 ? <Text size="sm">{t('They say the same.')}</Text> : <Differences of={found} />;
}

/** Each place that differs with what it was and what it is. */
export function Differences({ of: found }: { of: Difference[] }) {
  return (
    <Stack gap="sm">
      {found.map((d) => (
        <div key={d.path}>
          <Text size="xs" c="dimmed" className="mono">
            {d.path}
          </Text>
          <pre className="pre mono diff" dir="auto" tabIndex={0}>
            {lines(show(d.before), show(d.after))
              .filter((line) => line.text !== '' || line.kind === 'same')
              .map((line, i) => (
                <div key={i} data-line={line.kind}>
                  <span aria-hidden>{line.kind === 'less' ? '− ' : line.kind === 'more' ? '+ ' : '  '}</span>
                  {line.kind === 'less' ? <del>{line.text}</del> : line.kind === 'more' ? <ins>{line.text}</ins> : line.text}
                </div>
              ))}
          </pre>
        </div>
      ))}
    </Stack>
  );
}
