import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiProblem, signIn } from '@/api/client';
import { aboutQuery } from '@/api/queries';
import { t } from '@/i18n';
import { lineOf } from '@/ui/said';

export function SignInForm({ done }: { done: () => void }) {
  const about = useQuery(aboutQuery);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem('');
    try {
      await signIn(email, password);
      done();
    } catch (error) {
      const wait = error instanceof ApiProblem ? error.retryAfterSeconds : undefined;
      const text = lineOf(error);
      setProblem(wait ? t('{text} Try again in {n} s.', { text, n: wait }) : text);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(e) => void submit(e)}>
      <Stack>
        {problem && (
          <Alert color="red" variant="outline" role="alert">
            {problem}
          </Alert>
        )}
        <TextInput
          label={t('E-mail address')}
          type="email"
          name="email"
          autoComplete="username"
          required
          data-autofocus
          autoFocus
          value={email}
          onChange={(e) => setEmail(e.currentTarget.value)}
        />
        <PasswordInput
          label={t('Password')}
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
        />
        <Button type="submit" loading={busy}>
          {t('Sign in')}
        </Button>
        {about.data?.sign_in_hint && <Alert variant="outline" color="cyan">{about.data.sign_in_hint}</Alert>}
      </Stack>
    </form>
  );
}
