/** Every address of the dashboard. Each page is a chunk of its own, fetched when its link is pointed at. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent as lazily, Outlet, redirect } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { ApiProblem, queryClient, sessionQuery } from './api/client';
import { useLanguage } from './i18n';
import { Failed, NotFound } from './shell/Failed';
import { Shell } from './shell/Shell';

/** Search parameters as they are: pages read those they know. */
export type Search = Record<string, string | undefined>;

function search(raw: Record<string, unknown>): Search {
  const texts = Object.entries(raw).filter(([, v]) => v !== undefined && v !== null && v !== '');
  return Object.fromEntries(texts.map(([k, v]) => [k, typeof v === 'string' ? v : JSON.stringify(v)]));
}

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, validateSearch: search });

/** A page that is drawn again, and not begun anew, when the language changes: what was entered stays. */
const lazyRouteComponent: typeof lazily = (load, name) => {
  const made = lazily(load, name);
  const Page = made as ComponentType;
  const Shown = () => {
    useLanguage();
    return <Page />;
  };
  return Object.assign(Shown, { preload: made.preload }) as unknown as typeof made;
};

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  component: lazyRouteComponent(() => import('./features/session/SignInPage'), 'SignInPage'),
});

const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  component: Shell,
  errorComponent: Failed,
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(sessionQuery);
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) {
        throw redirect({ to: '/login', search: { next: location.href } });
      }
      throw error;
    }
  },
});

// biome-ignore format: one line a page
const pages = [
  createRoute({ getParentRoute: () => app, path: '/', component: lazyRouteComponent(() => import('./features/home/HomePage'), 'HomePage') }),
  createRoute({ getParentRoute: () => app, path: '/customers', component: lazyRouteComponent(() => import('./features/customers/CustomersPage'), 'CustomersPage') }),
  createRoute({ getParentRoute: () => app, path: '/customers/$id', component: lazyRouteComponent(() => import('./features/customers/CustomerPage'), 'CustomerPage') }),
  createRoute({ getParentRoute: () => app, path: '/accounts', component: lazyRouteComponent(() => import('./features/customers/AccountsPage'), 'AccountsPage') }),
  createRoute({ getParentRoute: () => app, path: '/accounts/$id', component: lazyRouteComponent(() => import('./features/customers/AccountsPage'), 'AccountPage') }),
  createRoute({ getParentRoute: () => app, path: '/segments', component: lazyRouteComponent(() => import('./features/segments/SegmentsPage'), 'SegmentsPage') }),
  createRoute({ getParentRoute: () => app, path: '/segments/$id', component: lazyRouteComponent(() => import('./features/segments/SegmentPage'), 'SegmentPage') }),
  createRoute({ getParentRoute: () => app, path: '/personas/$id', component: lazyRouteComponent(() => import('./features/personas/PersonaPage'), 'PersonaPage') }),
  createRoute({ getParentRoute: () => app, path: '/traits/$id', component: lazyRouteComponent(() => import('./features/traits/ComputedTraitPage'), 'ComputedTraitPage') }),
  createRoute({ getParentRoute: () => app, path: '/journeys', component: lazyRouteComponent(() => import('./features/journeys/JourneysPage'), 'JourneysPage') }),
  createRoute({ getParentRoute: () => app, path: '/journeys/$id', component: lazyRouteComponent(() => import('./features/journeys/JourneyPage'), 'JourneyPage') }),
  createRoute({ getParentRoute: () => app, path: '/campaigns', component: lazyRouteComponent(() => import('./features/campaigns/CampaignsPage'), 'CampaignsPage') }),
  createRoute({ getParentRoute: () => app, path: '/campaigns/$id', component: lazyRouteComponent(() => import('./features/campaigns/CampaignPage'), 'CampaignPage') }),
  createRoute({ getParentRoute: () => app, path: '/content', component: lazyRouteComponent(() => import('./features/content/ContentPage'), 'ContentPage') }),
  createRoute({ getParentRoute: () => app, path: '/content/$id', component: lazyRouteComponent(() => import('./features/content/TemplatePage'), 'TemplatePage') }),
  createRoute({ getParentRoute: () => app, path: '/brands/$id', component: lazyRouteComponent(() => import('./features/content/brand/BrandPage'), 'BrandPage') }),
  createRoute({ getParentRoute: () => app, path: '/blocks/$id', component: lazyRouteComponent(() => import('./features/content/shared/BlockPage'), 'BlockPage') }),
  createRoute({ getParentRoute: () => app, path: '/messages', component: lazyRouteComponent(() => import('./features/content/MessagesPage'), 'MessagesPage') }),
  createRoute({ getParentRoute: () => app, path: '/insights', component: lazyRouteComponent(() => import('./features/insights/InsightsPage'), 'InsightsPage') }),
  createRoute({ getParentRoute: () => app, path: '/insights/$kind', component: lazyRouteComponent(() => import('./features/insights/ReportPage'), 'ReportPage') }),
  createRoute({ getParentRoute: () => app, path: '/dashboards/$id', component: lazyRouteComponent(() => import('./features/insights/DashboardPage'), 'DashboardPage') }),
  createRoute({ getParentRoute: () => app, path: '/data', component: lazyRouteComponent(() => import('./features/data/DataPage'), 'DataPage') }),
  createRoute({ getParentRoute: () => app, path: '/settings', component: lazyRouteComponent(() => import('./features/settings/SettingsPage'), 'SettingsPage') }),
  createRoute({ getParentRoute: () => app, path: '/inbox', component: lazyRouteComponent(() => import('./features/inbox/InboxPage'), 'InboxPage') }),
  createRoute({ getParentRoute: () => app, path: '/inbox/$id', component: lazyRouteComponent(() => import('./features/inbox/InboxPage'), 'MailPage') }),
  createRoute({ getParentRoute: () => app, path: '/goals', component: lazyRouteComponent(() => import('./features/goals/GoalsPage'), 'GoalsPage') }),
  createRoute({ getParentRoute: () => app, path: '/archive', component: lazyRouteComponent(() => import('./features/archive/ArchivePage'), 'ArchivePage') }),
  createRoute({ getParentRoute: () => app, path: '/start', component: lazyRouteComponent(() => import('./features/session/StartPage'), 'StartPage') }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([login, app.addChildren([...pages])]),
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultErrorComponent: Failed,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
