import { ApiProblem, sessionQuery, queryClient } from '@/api/client';

/** Uploads a file to import. `XMLHttpRequest`, since `fetch` does not say how much was sent. */
export function upload(file: File, mapping: string, live: boolean, progress: (share: number) => void): Promise<void> {
  const query = new URLSearchParams({ name: file.name, ...(mapping.trim() ? { mapping } : {}), ...(live ? { live: 'true' } : {}) });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/v1/imports?${query}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader('X-CSRF-Token', queryClient.getQueryData(sessionQuery.queryKey)?.csrf_token ?? '');
    request.upload.onprogress = (event) => progress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onerror = () => reject(new ApiProblem(0, 'unreachable', 'The server cannot be reached.'));
    request.onload = () => {
      if (request.status < 300) return resolve();
      let body: { detail?: string; code?: string; errors?: never[] } = {};
      try {
        body = JSON.parse(request.responseText) as typeof body;
      } catch {
        // No problem document; the status says enough.
      }
      reject(new ApiProblem(request.status, body.code ?? 'unknown', body.detail ?? `HTTP ${request.status}`, body.errors ?? []));
    };
    request.send(file);
  });
}
