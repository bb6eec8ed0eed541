/** Who is signed in, and how they want it: colours, language, password. */
import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconLock, IconLogout, IconMoon, IconSun, IconUser } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { sessionQuery, signOut } from '@/api/client';
import { type Language, languages, setLanguage, t, useLanguage } from '@/i18n';

const Password = lazy(() => import('@/features/settings/Password').then((m) => ({ default: m.Password })));

export function UserMenu() {
  const language = useLanguage();
  const session = useQuery(sessionQuery);
  const navigate = useNavigate();
  const [password, setPassword] = useState(false);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const schemes = [
    ['light', t('Light'), IconSun],
    ['dark', t('Dark'), IconMoon],
    ['auto', t('As the system'), IconDeviceDesktop],
  ] as const;
  const leave = async () => {
    await signOut();
    await navigate({ to: '/login' });
  };
  return (
    <>
    <Suspense>{password && <Password close={() => setPassword(false)} />}</Suspense>
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={t('You and your settings')}>
          <IconUser size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {session.data?.actor} · {t(session.data?.role ?? '')}
        </Menu.Label>
        <Menu.Divider />
        <Menu.RadioGroup value={colorScheme} onChange={(scheme) => setColorScheme(scheme as typeof colorScheme)}>
          {schemes.map(([scheme, name, Icon]) => (
            <Menu.RadioItem key={scheme} value={scheme} closeMenuOnClick rightSection={<Icon size={16} aria-hidden />}>
              {name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.RadioGroup value={language} onChange={(code) => void setLanguage(code as Language)}>
          {Object.entries(languages).map(([code, name]) => (
            <Menu.RadioItem key={code} value={code} closeMenuOnClick>
              {name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLock size={16} />} onClick={() => setPassword(true)}>
          {t('Change your password')}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void leave()}>
          {t('Sign out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
    </>
  );
}
