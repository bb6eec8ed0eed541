import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import { useSearchState } from './useSearchState';

/** A part of a page: its name in the address, its title, what it shows. */
export type Tab = readonly [value: string, title: string, panel: ReactNode];

/** The parts of a page, one at a time; which one is in the address, the first when none is. What was searched stays behind. */
export function PageTabs({ tabs }: { tabs: readonly Tab[] }) {
  const [search, change] = useSearchState();
  const first = tabs[0]?.[0] ?? '';
  const choose = (tab: string | null) => change({ tab: tab === first ? undefined : (tab ?? undefined), q: undefined, s: undefined });
  return (
    <Tabs value={search.tab ?? first} onChange={choose} keepMounted={false}>
      <Tabs.List>
        {tabs.map(([value, title]) => (
          <Tabs.Tab key={value} value={value}>
            {title}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map(([value, , panel]) => (
        <Tabs.Panel key={value} value={value} pt="md">
          {panel}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
