import { Center, Group, Paper, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { queryClient } from '@/api/client';
import { statsQuery } from '@/api/queries';
import { t } from '@/i18n';
import { SignInForm } from './SignInForm';

const STARTED = 'rapport.started';

/** Whether this workspace has nothing yet and was not entered from here before: then the first steps are shown once. */
async function isFresh(): Promise<boolean> {
  if (localStorage.getItem(STARTED)) return false;
  try {
    const { events } = await queryClient.fetchQuery(statsQuery);
    localStorage.setItem(STARTED, 'yes');
    return events.processed === 0;
  } catch {
    return false;
  }
}

export function SignInPage() {
  const navigate = useNavigate();
  const { next } = useSearch({ strict: false });
  useEffect(() => {
    document.title = `${t('Sign in')} · Rapport`;
  }, []);
  // Only addresses of this server: `//other.example` would leave it.
  const to = next?.startsWith('/') && !next.startsWith('//') ? next : '/';
  const arrive = async () => navigate({ href: to === '/' && (await isFresh()) ? '/start' : to });
  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder p="xl" w={420} maw="100%">
        <Group mb="lg" gap="sm">
          <img src="/favicon.svg" width={36} height={36} alt="" />
          <Title order={1} size="h2">
            {t('Sign in to Rapport')}
          </Title>
        </Group>
        <SignInForm done={() => void arrive()} />
      </Paper>
    </Center>
  );
}
