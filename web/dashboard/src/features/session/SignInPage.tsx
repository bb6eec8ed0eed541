import { Center, Group, Paper, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { t } from '@/i18n';
import { SignInForm } from './SignInForm';

export function SignInPage() {
  const navigate = useNavigate();
  const { next } = useSearch({ strict: false });
  useEffect(() => {
    document.title = `${t('Sign in')} · Rapport`;
  }, []);
  // Only addresses of this server: `//other.example` would leave it.
  const to = next?.startsWith('/') && !next.startsWith('//') ? next : '/';
  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder p="xl" w={420} maw="100%">
        <Group mb="lg" gap="sm">
          <img src="/favicon.svg" width={36} height={36} alt="" />
          <Title order={1} size="h2">
            {t('Sign in to Rapport')}
          </Title>
        </Group>
        <SignInForm done={() => void navigate({ href: to })} />
      </Paper>
    </Center>
  );
}
