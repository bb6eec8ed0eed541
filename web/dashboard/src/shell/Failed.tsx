import { Anchor, Button, Container, Stack, Text, Title } from '@mantine/core';
import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import { ApiProblem } from '@/api/client';
import { t } from '@/i18n';
import { lineOf } from '@/ui/said';

/** A page that could not be shown. */
export function Failed({ error, reset }: ErrorComponentProps) {
  const offline = error instanceof ApiProblem && error.status === 0;
  return (
    <Container size="sm" py="xl" role="alert">
      <Stack align="flex-start">
        <Title order={1} size="h2">
          {offline ? t('No connection to the server') : t('This page could not be shown')}
        </Title>
        <Text>{lineOf(error)}</Text>
        <Button onClick={reset}>{t('Try again')}</Button>
        <Anchor component={Link} to="/">
          {t('Home')}
        </Anchor>
      </Stack>
    </Container>
  );
}

export function NotFound() {
  return (
    <Container size="sm" py="xl">
      <Stack align="flex-start">
        <Title order={1} size="h2">
          {t('There is nothing here')}
        </Title>
        <Anchor component={Link} to="/">
          {t('Home')}
        </Anchor>
      </Stack>
    </Container>
  );
}
