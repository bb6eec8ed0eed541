/** Every address of the dashboard. Each page is a chunk of its own, fetched when its link is pointed at. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
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
const page: typeof lazyRouteComponent = (load, name) => {
  const made = lazyRouteComponent(load, name);
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
  component: page(() => import('./features/session/SignInPage'), 'SignInPage'),
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
  createRoute({ getParentRoute: () => app, path: '/', component: page(() => import('./features/home/HomePage'), 'HomePage') }),
  createRoute({ getParentRoute: () => app, path: '/customers', component: page(() => import('./features/customers/CustomersPage'), 'CustomersPage') }),
  createRoute({ getParentRoute: () => app, path: '/customers/$id', component: page(() => import('./features/customers/CustomerPage'), 'CustomerPage') }),
  createRoute({ getParentRoute: () => app, path: '/accounts', component: page(() => import('./features/customers/AccountsPage'), 'AccountsPage') }),
  createRoute({ getParentRoute: () => app, path: '/accounts/$id', component: page(() => import('./features/customers/AccountsPage'), 'AccountPage') }),
  createRoute({ getParentRoute: () => app, path: '/segments', component: page(() => import('./features/segments/SegmentsPage'), 'SegmentsPage') }),
  createRoute({ getParentRoute: () => app, path: '/segments/$id', component: page(() => import('./features/segments/SegmentPage'), 'SegmentPage') }),
  createRoute({ getParentRoute: () => app, path: '/personas/$id', component: page(() => import('./features/personas/PersonaPage'), 'PersonaPage') }),
  createRoute({ getParentRoute: () => app, path: '/traits/$id', component: page(() => import('./features/traits/ComputedTraitPage'), 'ComputedTraitPage') }),
  createRoute({ getParentRoute: () => app, path: '/journeys', component: page(() => import('./features/journeys/JourneysPage'), 'JourneysPage') }),
  createRoute({ getParentRoute: () => app, path: '/journeys/$id', component: page(() => import('./features/journeys/JourneyPage'), 'JourneyPage') }),
  createRoute({ getParentRoute: () => app, path: '/campaigns', component: page(() => import('./features/campaigns/CampaignsPage'), 'CampaignsPage') }),
  createRoute({ getParentRoute: () => app, path: '/campaigns/$id', component: page(() => import('./features/campaigns/CampaignPage'), 'CampaignPage') }),
  createRoute({ getParentRoute: () => app, path: '/content', component: page(() => import('./features/content/ContentPage'), 'ContentPage') }),
  createRoute({ getParentRoute: () => app, path: '/content/$id', component: page(() => import('./features/content/TemplatePage'), 'TemplatePage') }),
  createRoute({ getParentRoute: () => app, path: '/brands/$id', component: page(() => import('./features/content/brand/BrandPage'), 'BrandPage') }),
  createRoute({ getParentRoute: () => app, path: '/blocks/$id', component: page(() => import('./features/content/shared/BlockPage'), 'BlockPage') }),
  createRoute({ getParentRoute: () => app, path: '/messages', component: page(() => import('./features/content/MessagesPage'), 'MessagesPage') }),
  createRoute({ getParentRoute: () => app, path: '/insights', component: page(() => import('./features/insights/InsightsPage'), 'InsightsPage') }),
  createRoute({ getParentRoute: () => app, path: '/insights/$kind', component: page(() => import('./features/insights/ReportPage'), 'ReportPage') }),
  createRoute({ getParentRoute: () => app, path: '/dashboards/$id', component: page(() => import('./features/insights/DashboardPage'), 'DashboardPage') }),
  createRoute({ getParentRoute: () => app, path: '/data', component: page(() => import('./features/data/DataPage'), 'DataPage') }),
  createRoute({ getParentRoute: () => app, path: '/settings', component: page(() => import('./features/settings/SettingsPage'), 'SettingsPage') }),
  createRoute({ getParentRoute: () => app, path: '/inbox', component: page(() => import('./features/inbox/InboxPage'), 'InboxPage') }),
  createRoute({ getParentRoute: () => app, path: '/inbox/$id', component: page(() => import('./features/inbox/InboxPage'), 'MailPage') }),
  createRoute({ getParentRoute: () => app, path: '/goals', component: page(() => import('./features/goals/GoalsPage'), 'GoalsPage') }),
  createRoute({ getParentRoute: () => app, path: '/archive', component: page(() => import('./features/archive/ArchivePage'), 'ArchivePage') }),
  createRoute({ getParentRoute: () => app, path: '/start', component: page(() => import('./features/session/StartPage'), 'StartPage') }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([login, app.addChildren([...pages])]),
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultErrorComponent: Failed,
  // What a page keeps of one document is nothing to another.
  defaultRemountDeps: ({ params }) => params,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
