/** Small parts every page uses. */
import { Alert, Button, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconPlugConnectedX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ApiProblem } from '@/api/client';
import { ago, dateTime, t } from '@/i18n';
import { saidOf, saidOfItem } from './said';

/** When something happened, in words, with the exact time on hover. */
export function When({ at }: { at: string | null | undefined }) {
  if (!at) return <>–</>;
  return (
    <time dateTime={at} title={dateTime(at)}>
      {ago(at)}
    </time>
  );
}

export type Tone = 'plain' | 'good' | 'bad' | 'warn' | 'info';

/** A word with a border; its colour says no more than the word. */
export function Tag({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className="tag" data-tone={tone}>
      {children}
    </span>
  );
}

const STATUS: Record<string, Tone> = {
  live: 'good',
  draft: 'info',
  review: 'warn',
  archived: 'plain',
  sent: 'good',
  queued: 'info',
  deferred: 'info',
  skipped: 'warn',
  failed: 'bad',
  done: 'good',
  finished: 'good',
  running: 'info',
  cancelled: 'plain',
  ready: 'info',
  scheduled: 'info',
  sending: 'info',
  paused: 'warn',
};

export function Status({ of }: { of: string }) {
  return <Tag tone={STATUS[of] ?? 'plain'}>{t(of)}</Tag>;
}

/** An area that has nothing yet: what would be here, and how it comes about. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Paper withBorder p="xl">
      <Stack align="center" gap="xs">
        <Title order={2} size="h4" ta="center">
          {title}
        </Title>
        {children && (
          <Text c="dimmed" size="sm" ta="center" maw={520} component="div">
            {children}
          </Text>
        )}
        {action}
      </Stack>
    </Paper>
  );
}

/** What went wrong, every place of it, and how to go on. */
export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  if (!error) return null;
  const problem = error instanceof ApiProblem ? error : null;
  const offline = problem?.status === 0;
  const title = offline
    ? t('No connection to the server')
    : problem?.status === 403
      ? t('Your role does not allow this')
      : problem?.status === 404
        ? t('There is nothing here')
        : t('That did not work');
  const { text, english } = saidOf(error);
  const [only, ...more] = problem?.items ?? [];
  /** The list says the same. */
  const isListed = only !== undefined && more.length === 0 && text === `${only.at}: ${saidOfItem(only)}`;
  return (
    <Alert color="red" variant="outline" icon={offline ? <IconPlugConnectedX /> : <IconAlertTriangle />} title={title} role="alert">
      <Stack gap="xs" align="flex-start">
        {!isListed && <Text size="sm">{offline ? t('What you entered is still here. Try again when the server is back.') : text}</Text>}
        {!offline && english && problem?.items.length === 0 && (
          <Text size="sm" c="dimmed" lang="en">
            {english}
          </Text>
        )}
        {problem && problem.items.length > 0 && (
          <ul style={{ margin: 0, paddingInlineStart: 18 }}>
            {problem.items.map((item, i) => (
              <li key={i}>
                <Text size="sm" component="span">
                  <code>{item.at}</code>: {saidOfItem(item)}
                </Text>
              </li>
            ))}
          </ul>
        )}
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            {t('Try again')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** Stands where rows will be. */
export function Loading({ rows = 6 }: { rows?: number }) {
  return (
    <Stack gap="xs" role="status" aria-label={t('Loading')} data-loading>
      {Array.from({ length: rows }, (_, i) => (
        <Skeleton key={i} height={28} />
      ))}
    </Stack>
  );
}

/** Shows a query: its rows to come, its problem, or what it found. */
export function Loaded<T>({
  query,
  rows,
  children,
}: {
  query: { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown };
  rows?: number;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Problem error={query.error} retry={() => void query.refetch()} />;
  return <Loading {...(rows ? { rows } : {})} />;
}

/** A number with its name. */
export function Figure({ name, value, hint }: { name: string; value: ReactNode; hint?: ReactNode }) {
  return (
    <Paper withBorder p="md" component="dl" m={0}>
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0} fz={26} fw={650} lh={1.2} style={{ fontVariantNumeric: 'tabular-nums' }}>
        {value}
      </Text>
      {hint && (
        <Text component="dd" m={0} size="xs" c="dimmed">
          {hint}
        </Text>
      )}
    </Paper>
  );
}

/** A value of any kind as text; long ones are cut until asked for. */
export function Value({ of }: { of: unknown }) {
  const text = typeof of === 'string' ? of : JSON.stringify(of);
  if (text === undefined) return <>–</>;
  if (text.length <= 300) return <span dir="auto">{text}</span>;
  return (
    <details>
      <summary dir="auto">{text.slice(0, 200)}…</summary>
      <pre className="pre mono" dir="auto">{text}</pre>
    </details>
  );
}
