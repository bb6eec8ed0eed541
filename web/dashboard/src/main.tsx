/** Starts the dashboard. */
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './ui/app.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, StrictMode, Suspense, useMemo } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/client';
import { preferred, setLanguage, t, useLanguage } from './i18n';
import { router } from './router';
import { contrasts, themeOf } from './theme';

/** The nonce the server gave this page; styles that components make need it. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

// What locks the page behind a dialog makes a style of its own and looks for the nonce here.
Object.assign(globalThis, { __webpack_nonce__: nonce });

/** What is said before they are there is shown once they are. */
const Notifications = lazy(() => import('@mantine/notifications').then((m) => ({ default: m.Notifications })));

function App() {
  const language = useLanguage();
  // biome-ignore lint: its text is of the language
  const theme = useMemo(() => themeOf(t('Close'), t('Show the password')), [language]);
  return (
    <QueryClientProvider client={queryClient}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={contrasts}
        defaultColorScheme="auto"
        getStyleNonce={() => nonce}
      >
        <Suspense>
          <Notifications position="bottom-right" />
        </Suspense>
        <RouterProvider router={router} />
      </MantineProvider>
    </QueryClientProvider>
  );
}

await setLanguage(preferred());
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
