// React: the client by context, and hooks for what components do.

import { createContext, createElement, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import { create } from './client';
import type { Options, Preferences, Properties, Rapport } from './types';

const Context = createContext<Rapport | null>(null);

export interface ProviderProps extends Options {
  /** A client of your own; else one is made and loaded with `writeKey` and the options. */
  client?: Rapport;
  writeKey?: string;
  children?: ReactNode;
}

/** Gives the client to everything below it. The options count when it is first shown. */
export function RapportProvider({ client, writeKey, children, ...options }: ProviderProps): ReactNode {
  const [value] = useState(() => client ?? create());
  const first = useRef(options);
  useEffect(() => {
    if (!client && writeKey) value.load(writeKey, first.current);
  }, [client, value, writeKey]);
  return createElement(Context.Provider, { value }, children);
}

/** The client. Calls before it is loaded wait. */
export function useRapport(): Rapport {
  const client = useContext(Context);
  if (!client) throw new Error('rapport: useRapport expects a RapportProvider around the component');
  return client;
}

/** Counts a page view when the component is shown, and again when `name` or `key` changes. */
export function usePageView(name?: string, properties?: Properties, key?: unknown): void {
  const client = useRapport();
  const latest = useRef(properties);
  latest.current = properties;
  useEffect(() => {
    void client.page(name, latest.current);
  }, [client, name, key]);
}

/** Says who the customer is once the id is known; forgets them when it goes from known to null. */
export function useIdentify(userId: string | null | undefined, traits?: Properties): void {
  const client = useRapport();
  const before = useRef<string | null | undefined>(undefined);
  const said = JSON.stringify(traits);
  useEffect(() => {
    if (userId) void client.identify(userId, said ? JSON.parse(said) : undefined);
    else if (before.current) client.reset();
    before.current = userId;
  }, [client, userId, said]);
}

/** What the customer chose, null while undecided, and how to choose. */
export function useConsent(): [Preferences | null, (preferences: Preferences) => void] {
  const client = useRapport();
  const [chosen, setChosen] = useState<Preferences | null>(null);
  useEffect(() => {
    const show = () => setChosen(client.consent());
    client.on('consent', show);
    void client.ready(show);
    return () => void client.off('consent', show);
  }, [client]);
  return [chosen, (preferences) => void client.consent(preferences)];
}
