// A page for tests of what needs one: no more of a browser than the SDK asks for.

/** One request a page made. */
export interface Posted {
  path: string;
  body: any;
}

/** Makes this process a page, on which nothing is stored yet, and notes what it posts. */
export function openPage() {
  const stored = new Map<string, string>();
  const listeners = new Map<string, ((event: unknown) => void)[]>();
  const addEventListener = (name: string, listener: (event: unknown) => void): void => void listeners.set(name, [...(listeners.get(name) || []), listener]);
  const page = {
    posted: [] as Posted[],
    stored,
    /** What the server answers to a path; a number is a status. `lost` when the request goes nowhere. */
    answers: (_path: string): object | number | 'lost' => ({}),
    /** What was posted to a path. */
    to: (path: string): any[] => page.posted.filter((p) => p.path === path).map((p) => p.body),
    fire: (name: string, event: unknown = {}): void => listeners.get(name)?.forEach((listener) => listener(event)),
  };
  class Element {
    id = '';
    addEventListener = addEventListener;
  }
  const globals = {
    window: globalThis,
    Element,
    location: { href: 'https://shop.example/cart?a=1', origin: 'https://shop.example', hostname: 'shop.example', pathname: '/cart', search: '?a=1', protocol: 'https:' },
    document: { title: 'Cart', referrer: '', cookie: '', hidden: false, visibilityState: 'visible', addEventListener },
    navigator: { userAgent: 'test', language: 'en', onLine: true },
    screen: { width: 1, height: 1 },
    devicePixelRatio: 1,
    addEventListener,
    localStorage: new Proxy({} as Storage, {
      get: (_, name) =>
        ({ getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, value: string) => stored.set(key, value), removeItem: (key: string) => stored.delete(key) })[name as string],
      ownKeys: () => [...stored.keys()],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    }),
    fetch: async (url: string, request?: RequestInit) => {
      const { pathname } = new URL(url);
      const answer = page.answers(pathname);
      if (answer === 'lost') throw new TypeError('network');
      const status = typeof answer === 'number' ? answer : 200;
      if (request?.body) page.posted.push({ path: pathname, body: JSON.parse(request.body as string) });
      return { ok: status < 300, status, headers: new Headers(), text: async () => JSON.stringify(answer), json: async () => answer };
    },
  };
  for (const [name, value] of Object.entries(globals)) Object.defineProperty(globalThis, name, { configurable: true, writable: true, value });
  return page;
}
