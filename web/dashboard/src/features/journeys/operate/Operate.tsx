/** How a live journey is driven: paused and resumed, people sent in, and moved from an old version to the new one. */
import { Button, Menu } from '@mantine/core';
import { IconArrowsRightLeft, IconPlayerPause, IconPlayerPlay, IconUserPlus } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import type { Schemas } from '@/api/client';
import { t, tn } from '@/i18n';
import { Tag, When } from '@/ui/bits';
import type { JourneySpec } from '../graph';

const Pause = lazy(() => import('./PauseModal').then((m) => ({ default: m.PauseModal })));
const Resume = lazy(() => import('./ResumeModal').then((m) => ({ default: m.ResumeModal })));
const Enter = lazy(() => import('./EnterModal').then((m) => ({ default: m.EnterModal })));
const Migrate = lazy(() => import('./MigrateModal').then((m) => ({ default: m.MigrateModal })));

/** Ways to begin that leave room for people sent in by hand. */
const TAKES_PEOPLE = new Set(['manual', 'api', 'segment']);

type Live = Schemas['JourneyView'];
type Stats = Schemas['StatsView'];

/** People on versions that are not live any more, by version. */
export function onOld(live: Live): [number, number][] {
  return Object.entries(live.steps)
    .map(([version, steps]): [number, number] => [Number(version), Object.values(steps).reduce((a, b) => a + b, 0)])
    .filter(([version, n]) => version !== live.version && n > 0)
    .sort(([a], [b]) => b - a);
}

export function Operate({ live, stats, spec }: { live: Live; stats: Stats | undefined; spec: JourneySpec | undefined }) {
  const [open, setOpen] = useState<'pause' | 'resume' | 'enter' | 'migrate' | null>(null);
  const paused = stats?.paused_since ?? null;
  const old = onOld(live);
  const begins = Object.keys(spec?.trigger ?? {})[0];
  const segment = (spec?.trigger.segment as { id?: string } | undefined)?.id;
  const close = () => setOpen(null);
  return (
    <>
      {paused && (
        <Tag tone="warn">
          {t('paused')} <When at={paused} />
        </Tag>
      )}
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button variant="default">{t('Run')}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {paused ? (
            <Menu.Item leftSection={<IconPlayerPlay size={16} />} onClick={() => setOpen('resume')}>
              {t('Resume…')}
            </Menu.Item>
          ) : (
            <Menu.Item leftSection={<IconPlayerPause size={16} />} onClick={() => setOpen('pause')}>
              {t('Pause…')}
            </Menu.Item>
          )}
          {begins && TAKES_PEOPLE.has(begins) && (
            <Menu.Item leftSection={<IconUserPlus size={16} />} onClick={() => setOpen('enter')}>
              {t('Send people in…')}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconArrowsRightLeft size={16} />} disabled={old.length === 0} onClick={() => setOpen('migrate')}>
            {old.length === 0 ? t('Everybody is on the live version') : tn(old.reduce((a, [, n]) => a + n, 0), 'Move one person to the live version…', 'Move {n} people to the live version…')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Suspense>
        {open === 'pause' && <Pause id={live.id} inside={live.active} close={close} />}
        {open === 'resume' && <Resume id={live.id} inside={live.active} since={paused} close={close} />}
        {open === 'enter' && <Enter id={live.id} by={begins === 'api' ? 'api' : 'manual'} {...(segment ? { segment } : {})} close={close} />}
        {open === 'migrate' && <Migrate live={live} old={old} close={close} />}
      </Suspense>
    </>
  );
}
