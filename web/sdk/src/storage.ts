// Small texts by key: in a cookie, in localStorage, in memory. Each works, or gives way to the next; none throws.

/** Where texts are kept. */
export interface Store {
  get(key: string): string | null;
  /** Whether it is kept. */
  set(key: string, value: string): boolean;
  remove(key: string): void;
  keys(): string[];
}

export function memoryStore(): Store {
  const kept = new Map<string, string>();
  return {
    get: (key) => kept.get(key) ?? null,
    set: (key, value) => !!kept.set(key, value),
    remove: (key) => kept.delete(key),
    keys: () => [...kept.keys()],
  };
}

/** localStorage; null where the browser has none, or none for this page. */
export function localStore(): Store | null {
  try {
    const storage = localStorage;
    storage.setItem('rp_', '');
    storage.removeItem('rp_');
    return {
      get: (key) => storage.getItem(key),
      set: (key, value) => {
        try {
          storage.setItem(key, value);
          return true;
        } catch {
          return false;
        }
      },
      remove: (key) => storage.removeItem(key),
      keys: () => Object.keys(storage),
    };
  } catch {
    return null;
  }
}

const cookie = (key: string): string | null => {
  const found = document.cookie.split('; ').find((pair) => pair.startsWith(key + '='));
  return found ? decodeURIComponent(found.slice(key.length + 1)) : null;
};

/** What an earlier page kept, wherever; nothing is written for looking. */
export function peek(key: string): string | null {
  try {
    return cookie(key) ?? localStorage.getItem(key);
  } catch {
    return null;
  }
}

export interface CookieOptions {
  domain?: string | undefined;
  days: number;
}

/** Cookies for all subdomains; null where cookies do not work. */
export function cookieStore({ domain, days }: CookieOptions): Store | null {
  const get = (key: string): string | null => {
    try {
      return cookie(key);
    } catch {
      return null;
    }
  };
  const put = (key: string, value: string, seconds: number, on: string): boolean => {
    const where = on ? ';domain=' + on : '';
    const secure = location.protocol === 'https:' ? ';secure' : '';
    document.cookie = `${key}=${encodeURIComponent(value)};path=/;max-age=${seconds};samesite=lax${where}${secure}`;
    return get(key) === value;
  };
  // The widest domain a cookie sticks to: browsers refuse those of public suffixes.
  const widest = (): string | null => {
    const parts = location.hostname.split('.');
    const isAddress = /^[\d.]+$|:/.test(location.hostname);
    for (let from = isAddress ? 0 : parts.length - 1; from >= 0; from--) {
      const on = from || (parts.length > 1 && !isAddress) ? parts.slice(from).join('.') : '';
      if (put('rp_', '1', 9, on)) {
        put('rp_', '', 0, on);
        return on;
      }
    }
    return null;
  };
  try {
    const on = domain ?? widest();
    if (on === null) return null;
    return {
      get,
      set: (key, value) => put(key, value, days * 86400, on),
      remove: (key) => void put(key, '', 0, on),
      keys: () => document.cookie.split('; ').map((pair) => pair.split('=')[0] as string),
    };
  } catch {
    return null;
  }
}
