/** What is likely wrong with a message, found before it is sent. */
import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, data, type Schemas } from '@/api/client';
import { t, tn } from '@/i18n';
import type { Spec } from '@/resources/useResource';
import { CheckLinks } from './CheckLinks';
import { saidOfFinding } from '@/ui/said';
import { type Path, parse, walk } from './mjml';

type Finding = Schemas['FindingView'];

const ICONS: Record<string, { icon: typeof IconCircleX; title: string; colour: string }> = {
  error: { icon: IconCircleX, title: 'Will not work', colour: 'var(--mantine-color-error)' },
  warning: { icon: IconAlertTriangle, title: 'Likely to hurt', colour: 'light-dark(#7a4a00, #ffd591)' },
  hint: { icon: IconInfoCircle, title: 'Worth knowing', colour: 'var(--mantine-color-dimmed)' },
};

/** The block in which a piece of the rendered mail was written. */
function blockOf(mjml: string, excerpt: string): Path | null {
  const { root } = parse(mjml);
  if (!root || excerpt.length < 3) return null;
  const fits = walk(root).filter((x) => x.path.length > 1 && mjml.slice(x.node.from, x.node.to).includes(excerpt));
  return fits.at(-1)?.path ?? null;
}

/** `asks`: whoever looks may have the servers of the links asked. */
export function Findings({ spec, choose, asks }: { spec: Spec; choose?: ((path: Path) => void) | undefined; asks: boolean }) {
  const email = (spec.channel ?? 'email') === 'email';
  const [asked] = useDebouncedValue(JSON.stringify({ ...spec, name: spec.name || 'preview', ...(email ? { subject: spec.subject || ' – ' } : {}) }), 800);
  const lint = useQuery({
    queryKey: ['templates', 'lint', asked],
    queryFn: ({ signal }) => data(api.POST('/api/v1/templates/lint', { body: { spec: JSON.parse(asked) } as never, signal })),
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (!lint.data || lint.isError) return null;
  const found = lint.data.findings as Finding[];
  return (
    <Paper withBorder p="md" component="section" aria-label={t('Checks')}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {t('Checks')}
        </Title>
        <Text size="sm" c="dimmed" role="status">
          {found.length === 0 ? t('Nothing found') : tn(found.length, 'One finding', '{n} findings')}
        </Text>
      </Group>
      {found.length === 0 ? (
        <Group gap="xs">
          <IconCircleCheck size={18} color="light-dark(#1b5e20, #a5d8a7)" aria-hidden />
          <Text size="sm">{email ? t('Links, contrast, size, spam words and the way out are fine.') : t('Length, languages and words are fine.')}</Text>
        </Group>
      ) : (
        <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
          {found.map((f) => {
            const { icon: Icon, title, colour } = ICONS[f.level] ?? { icon: IconInfoCircle, title: 'Worth knowing', colour: 'inherit' };
            const block = choose && f.excerpt && typeof spec.mjml === 'string' ? blockOf(spec.mjml, f.excerpt) : null;
            return (
              <Group component="li" key={`${f.rule} ${f.message}`} gap="xs" align="flex-start" wrap="nowrap">
                <Icon size={18} color={colour} aria-label={t(title)} style={{ flex: 'none', marginTop: 2 }} />
                <div style={{ minWidth: 0 }}>
                  <Text size="sm">{saidOfFinding(f)}</Text>
                  {f.excerpt && (
                    <Text size="xs" c="dimmed" className="mono" lineClamp={2}>
                      {f.excerpt}
                    </Text>
                  )}
                  {block && (
                    <button type="button" className="text-button" onClick={() => choose?.(block)}>
                      {t('Show the block')}
                    </button>
                  )}
                </div>
              </Group>
            );
          })}
        </Stack>
      )}
      {asks && spec.channel !== 'webhook' && <CheckLinks asked={asked} />}
    </Paper>
  );
}
