/** The frame around every page: sections, search, connection, session. */
import { ActionIcon, AppShell, Badge, Burger, Button, Group, NavLink, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { IconSearch, IconUser } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { aboutQuery } from '@/api/queries';
import { t, useLanguage } from '@/i18n';
import { Connection } from './Connection';
import { sections } from './sections';

const Palette = lazy(() => import('./Palette').then((m) => ({ default: m.Palette })));
// What opens menus is large, and nobody opens this one first.
const UserMenu = lazy(() => import('./UserMenu').then((m) => ({ default: m.UserMenu })));
const SignInAgain = lazy(() => import('./SignInAgain').then((m) => ({ default: m.SignInAgain })));

export function Shell() {
  const [menu, { toggle, close }] = useDisclosure(false);
  const [palette, { open: openPalette, close: closePalette }] = useDisclosure(false);
  const path = useRouterState({ select: (s) => s.location.pathname });
  const about = useQuery(aboutQuery);
  useLanguage();
  // From within fields, too; a slash is a letter there.
  useHotkeys([['mod+K', openPalette]], [], true);
  useHotkeys([['/', openPalette]], ['INPUT', 'TEXTAREA', 'SELECT']);
  // biome-ignore lint: the menu closes when the page changes
  useEffect(close, [path]);
  const here = (to: string) => (to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`));
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !menu } }}
      padding={{ base: 'sm', sm: 'lg' }}
    >
      <a className="skip-link" href="#main">
        {t('Skip to content')}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={menu} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t('Menu')} />
            <UnstyledButton component={Link} to="/" aria-label={t('Rapport, home')}>
              <Group gap={8} wrap="nowrap">
                <img src="/favicon.svg" width={28} height={28} alt="" />
                <Text fw={700} size="lg" visibleFrom="xs">
                  Rapport
                </Text>
              </Group>
            </UnstyledButton>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Button
              variant="default"
              leftSection={<IconSearch size={16} />}
              onClick={openPalette}
              visibleFrom="sm"
              rightSection={<Badge variant="default" size="xs" aria-hidden>Ctrl K</Badge>}
            >
              {t('Search or do…')}
            </Button>
            <ActionIcon variant="default" size="lg" hiddenFrom="sm" onClick={openPalette} aria-label={t('Search or do…')}>
              <IconSearch size={18} />
            </ActionIcon>
            <Suspense
              fallback={
                <ActionIcon variant="default" size="lg" disabled aria-label={t('You and your settings')}>
                  <IconUser size={18} />
                </ActionIcon>
              }
            >
              <UserMenu />
            </Suspense>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t('Sections')}>
        {sections
          .filter((s) => !s.catcherOnly || about.data?.mail_catcher)
          .map((s) => (
            <NavLink
              key={s.to}
              component={Link}
              to={s.to}
              label={t(s.title)}
              active={[s.to, ...(s.also ?? [])].some(here)}
              aria-current={here(s.to) ? 'page' : undefined}
              leftSection={<s.icon size={18} aria-hidden />}
            />
          ))}
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <Connection />
        <Suspense>
          <Outlet />
        </Suspense>
      </AppShell.Main>
      <Suspense>
        {palette && <Palette close={closePalette} />}
        <SignInAgain />
      </Suspense>
    </AppShell>
  );
}
