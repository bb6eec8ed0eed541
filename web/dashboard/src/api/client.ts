/** The one client of the dashboard, and what is known of the session it speaks for. */
import { ApiProblem, connect, type Schemas } from '@rapport/api-client';
import { QueryClient, queryOptions } from '@tanstack/react-query';

export { ApiProblem, type Schemas };

export type Session = Schemas['Whoami'];

let csrf: string | null | undefined;
const signedOut = new Set<() => void>();

/** Told when a call was refused because the session ended. */
export function onSignedOut(listener: () => void): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

/** While the session is exchanged, calls wait: one that is answered in between would find none. */
let exchange: Promise<void> | null = null;
const underWay = new Set<Promise<unknown>>();
const EXCHANGE = '/api/v1/session/password';

async function waiting(input: RequestInfo | URL): Promise<Response> {
  const request = input as Request;
  if (exchange && !request.url.endsWith(EXCHANGE)) await exchange;
  const answer = fetch(request);
  const settled: Promise<unknown> = answer.then(
    () => void underWay.delete(settled),
    () => void underWay.delete(settled),
  );
  underWay.add(settled);
  return answer;
}

export const api = connect({
  fetch: waiting,
  csrf: () => csrf,
  onSignedOut: () => {
    for (const listener of signedOut) listener();
  },
});

/** The data of a call; it threw already if there is none. */
export async function data<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}

/** Whether trying again later may help. */
function isTransient(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 0 || error.status === 429 || error.status >= 502);
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => isTransient(error) && failures < 3,
      retryDelay: (failures, error) =>
        error instanceof ApiProblem && error.retryAfterSeconds ? error.retryAfterSeconds * 1000 : 500 * 2 ** failures,
    },
    mutations: { retry: false },
  },
});

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => {
    const session = await data(api.GET('/api/v1/session', { signal }));
    csrf = session.csrf_token;
    return session;
  },
  staleTime: 60_000,
});

/** Signs in; what was on the screen stays and is loaded again. */
export async function signIn(email: string, password: string): Promise<void> {
  begin(await data(api.POST('/api/v1/session', { body: { email, password } })));
}

/** Changes the own password; the session is another one afterwards. */
export async function changePassword(current: string, password: string): Promise<void> {
  let over = () => {};
  exchange = new Promise((resolve) => {
    over = resolve;
  });
  try {
    await Promise.all(underWay);
    begin(await data(api.PUT(EXCHANGE, { body: { current, password } })));
  } finally {
    exchange = null;
    over();
  }
}

/** A session that takes the place of the one before. */
function begin(begun: Schemas['SessionView']): void {
  csrf = begun.csrf_token;
  queryClient.setQueryData(sessionQuery.queryKey, {
    actor: begun.email,
    role: begun.role,
    csrf_token: begun.csrf_token,
  });
}

export async function signOut(): Promise<void> {
  await api.DELETE('/api/v1/session');
  csrf = null;
  queryClient.clear();
}

const ROLES = ['viewer', 'editor', 'admin', 'owner'];

/** Whether a role includes another. */
export function includes(role: string | undefined, needed: 'viewer' | 'editor' | 'admin'): boolean {
  return ROLES.indexOf(role ?? '') >= ROLES.indexOf(needed);
}
