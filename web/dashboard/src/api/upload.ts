import { ApiProblem, queryClient, sessionQuery } from './client';

interface Options {
  /** Hears which part was sent. */
  progress?: (share: number) => void;
  /** Ends it; the promise is rejected with its reason. */
  signal?: AbortSignal;
}

/** Sends a file as the body of a call. `XMLHttpRequest`, since `fetch` does not say how much was sent. */
export function upload<T>(url: string, file: Blob, { progress = () => {}, signal }: Options = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    signal?.addEventListener('abort', () => request.abort());
    request.onabort = () => reject(signal?.reason);
    request.open('POST', url);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader('X-CSRF-Token', queryClient.getQueryData(sessionQuery.queryKey)?.csrf_token ?? '');
    request.upload.onprogress = (event) => progress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onerror = () => reject(new ApiProblem(0, 'unreachable', 'The server cannot be reached.'));
    request.onload = () => {
      let body: { detail?: string; code?: string; errors?: never[] } = {};
      try {
        body = JSON.parse(request.responseText) as typeof body;
      } catch {
        // No document; the status says enough.
      }
      if (request.status < 300) resolve(body as T);
      else reject(new ApiProblem(request.status, body.code ?? 'unknown', body.detail ?? `HTTP ${request.status}`, body.errors ?? []));
    };
    request.send(file);
  });
}
