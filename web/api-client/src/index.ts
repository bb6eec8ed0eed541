/** A typed client of Rapport's management API. Types are made from the server's OpenAPI document. */
import createClient, { type Client, type Middleware } from 'openapi-fetch';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];
export type Api = Client<paths>;
export type { paths };

/** One thing wrong with a request: where, what was expected, and what may have been meant. */
export interface ProblemItem {
  at: string;
  message: string;
  did_you_mean?: string | null;
  /** A stable name of what is wrong, and what the message says beside its words. */
  code?: string | null;
  values?: Record<string, string>;
}

/** What a server answered instead of what was asked (RFC 9457), or that it could not be reached (`status` 0). */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly items: ProblemItem[] = [],
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = 'ApiProblem';
  }
}

/** The problem of an answer, whatever its body is. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const retry = Number(response.headers.get('retry-after')) || undefined;
  const body = (await response.clone().json().catch(() => null)) as Record<string, unknown> | null;
  const detail = typeof body?.detail === 'string' ? body.detail : response.statusText || `HTTP ${response.status}`;
  const code = typeof body?.code === 'string' ? body.code : 'unknown';
  const items = Array.isArray(body?.errors) ? (body.errors as ProblemItem[]) : [];
  return new ApiProblem(response.status, code, detail, items, retry);
}

export interface ClientOptions {
  /** The server; the page's own when absent. */
  baseUrl?: string;
  /** An API token; a browser uses its session's cookie instead. */
  token?: string;
  /** The session's CSRF token, sent with every write. */
  csrf?: () => string | null | undefined;
  /** Told of every 401, before the call fails. */
  onSignedOut?: () => void;
  fetch?: typeof fetch;
}

/** A client whose calls throw {@link ApiProblem} unless they succeed, so `data` is always there. */
export function connect(options: ClientOptions = {}): Api {
  const client = createClient<paths>({
    baseUrl: options.baseUrl ?? '',
    ...(options.token ? { headers: { authorization: `Bearer ${options.token}` } } : {}),
    fetch: async (request) => {
      try {
        return await (options.fetch ?? fetch)(request);
      } catch (error) {
        if (error instanceof DOMException && error.name === 'AbortError') throw error;
        throw new ApiProblem(0, 'unreachable', 'The server cannot be reached.');
      }
    },
  });
  const middleware: Middleware = {
    onRequest({ request }) {
      const csrf = options.csrf?.();
      if (csrf && request.method !== 'GET') request.headers.set('X-CSRF-Token', csrf);
      return request;
    },
    async onResponse({ response }) {
      if (response.ok) return response;
      if (response.status === 401) options.onSignedOut?.();
      throw await problemOf(response);
    },
  };
  client.use(middleware);
  return client;
}
