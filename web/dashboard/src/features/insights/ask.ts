import { api, data } from '@/api/client';
import type { ReportPath, Request } from './kinds';

/** The members of a request that are the dashboard's own. */
function forServer(request: Request): Request {
  const { chart: _, ...rest } = request;
  return rest;
}

/** The report a request asks for. */
export function ask(kind: string, request: Request, signal?: AbortSignal): Promise<unknown> {
  const path = `/api/v1/insights/${kind}` as ReportPath;
  const options = { body: forServer(request), ...(signal ? { signal } : {}) };
  return data(api.POST(path, options as never) as Promise<{ data?: unknown }>);
}

/** Saves a report as a file. */
export async function download(kind: string, request: Request, as: 'csv' | 'json'): Promise<void> {
  const path = `/api/v1/insights/${kind}` as ReportPath;
  const accept = as === 'csv' ? 'text/csv' : 'application/json';
  const text = await data(api.POST(path, { body: forServer(request), headers: { accept }, parseAs: 'text' } as never) as Promise<{ data?: string }>);
  saveFile(new Blob([text], { type: accept }), `${kind}.${as}`);
}

/** What a log of events may be asked for; the rest of a report's request is about its picture. */
const OF_LOG = ['events', 'filter', 'from', 'to', 'segment', 'zone', 'sample_percent'];

/** Saves the events a report of paths is about as an XES log. */
export async function downloadLog(request: Request): Promise<void> {
  const body = Object.fromEntries(Object.entries(request).filter(([name]) => OF_LOG.includes(name)));
  const text = await data(api.POST('/api/v1/insights/xes', { body, parseAs: 'text' } as never) as Promise<{ data?: string }>);
  saveFile(new Blob([text], { type: 'application/xml' }), 'events.xes');
}

/** Gives a file to whoever asked for it. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
