import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Search } from '@/router';
import { Echo } from './echo';

/** The state of a page that lives in its address: read it, and change some of it. */
export function useSearchState(): [Search, (change: Search, options?: { push?: boolean }) => void] {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const change = useCallback(
    (part: Search, options?: { push?: boolean }) => {
      void navigate({
        to: '.',
        search: (before: Search) => {
          const merged = Object.entries({ ...before, ...part });
          return Object.fromEntries(merged.filter(([, v]) => v !== undefined && v !== ''));
        },
        replace: !options?.push,
        resetScroll: false,
      } as never);
    },
    [navigate],
  );
  return [search, change];
}

/** A text field whose text goes into the address a moment after the last key. */
export function useSearchText(name: string, wait_ms = 200): [string, (text: string) => void] {
  const [search, change] = useSearchState();
  const inUrl = search[name] ?? '';
  const [text, setText] = useState(inUrl);
  const echo = useRef(new Echo());
  const seen = useRef(inUrl);
  useEffect(() => {
    // What this field wrote comes back later than more of it was typed.
    if (seen.current !== inUrl && echo.current.isForeign(inUrl)) setText(inUrl);
    seen.current = inUrl;
  }, [inUrl]);
  useEffect(() => {
    if (text === inUrl) return;
    const timer = setTimeout(() => echo.current.write(text) && change({ [name]: text || undefined }), wait_ms);
    return () => clearTimeout(timer);
  }, [text, inUrl, name, wait_ms, change]);
  return [text, setText];
}
