/** A simulation that the server goes on with while nobody looks, and what came of the last one. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { ApiProblem, api, data, type Schemas, sessionQuery } from '@/api/client';
import { t } from '@/i18n';
import type { JourneySpec } from './graph';
import type { Simulation } from './Simulate';
import { isUnderWay, mineOf, pauseMs, playsSame } from './simulated';

type View = Schemas['SimulationView'];

/** Of how many of those who would enter everything is told. */
const PEOPLE = 10;

export interface Simulated {
  result: Simulation;
  /** When it was asked for. */
  at: string;
  /** The journey was changed since. */
  isOld: boolean;
}

export interface Simulating {
  busy: boolean;
  /** How far it is; null before the server has taken it, and when it is over. */
  far: View | null;
  error: unknown;
  run: (since: string) => Promise<void>;
  /** Ends it, here and on the server. */
  cancel: () => void;
}

/**
 * Plays a document, saved or not, over what happened. A journey that is not saved has no id of its own (`isNew`): of it only the
 * simulation of what it says now is found again.
 */
export function useSimulation(id: string, spec: JourneySpec | undefined, isNew: boolean): [Simulating, Simulated | null] {
  const client = useQueryClient();
  const me = useQuery(sessionQuery).data?.actor;
  const listKey = ['simulations', id];
  const [isStarting, setStarting] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const under = useRef<AbortController>(null);
  const list = useQuery({
    queryKey: listKey,
    queryFn: ({ signal }) => data(api.GET('/api/v1/simulations', { params: { query: { journey: id } }, signal })),
    staleTime: 60_000,
  });
  const newest = mineOf(list.data?.items ?? [], me);
  const one = useQuery({
    queryKey: ['simulations', 'one', newest?.id ?? ''],
    queryFn: ({ signal }) => data(api.GET('/api/v1/simulations/{id}', { params: { path: { id: newest?.id ?? '' } }, signal })),
    enabled: newest !== undefined,
    refetchInterval: ({ state }) => (isUnderWay(state.data ?? newest) && !isGone(state.error) ? pauseMs(Date.parse(newest?.asked_at ?? ''), Date.now()) : false),
    staleTime: ({ state }) => (isUnderWay(state.data) ? 0 : Number.POSITIVE_INFINITY),
  });
  const forget = (gone: View) => {
    client.setQueryData<{ items: View[]; next_cursor: string | null }>(listKey, (before) => before && { ...before, items: before.items.filter((other) => other.id !== gone.id) });
    void api.DELETE('/api/v1/simulations/{id}', { params: { path: { id: gone.id } } }).catch(() => {});
  };
  const far = isGone(one.error) || isStarting ? null : (one.data ?? newest ?? null);
  const isPlayed = isUnderWay(far ?? undefined);
  const run = async (since: string) => {
    const stopping = new AbortController();
    under.current = stopping;
    setStarting(true);
    setProblem(null);
    try {
      const begun = await data(api.POST('/api/v1/simulations', { body: { journey: id, spec: spec as never, since, people: PEOPLE }, signal: stopping.signal }));
      if (stopping.signal.aborted) return forget(begun);
      client.setQueryData<{ items: View[]; next_cursor: string | null }>(listKey, (before) => ({ next_cursor: null, ...before, items: [begun, ...(before?.items ?? [])] }));
    } catch (error) {
      if (!stopping.signal.aborted) setProblem(error);
    } finally {
      if (under.current === stopping) setStarting(false);
    }
  };
  const cancel = () => {
    under.current?.abort();
    setStarting(false);
    if (far && isPlayed) forget(far);
  };
  const written = one.data?.spec as JourneySpec | undefined;
  const isOld = !written || !spec || !playsSame(written, spec);
  const isOver = far !== null && !isPlayed && (!isNew || !isOld);
  return [
    { busy: isStarting || isPlayed, far: isPlayed ? far : null, error: problem ?? (isStarting ? null : failureOf(one.error, isOver ? far : null)), run, cancel },
    isOver && far.state === 'done' && far.result ? { result: far.result as unknown as Simulation, at: far.asked_at, isOld } : null,
  ];
}

/** The server does not know it any more. */
const isGone = (error: unknown): boolean => error instanceof ApiProblem && error.status === 404;

/** Why the newest one, if it is over, came to nothing. */
function failureOf(error: unknown, over: View | null): unknown {
  if (isGone(error)) return new Error(t('The simulation is gone: the server was started again meanwhile. Simulate once more.'));
  if (error) return error;
  return over?.state === 'failed' ? new Error(t('The simulation ended without an answer: {why}', { why: over.detail ?? '' })) : null;
}
