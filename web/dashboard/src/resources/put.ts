/** Writing a document over the version that is known, and no other. */
import { ApiProblem, api, data, type Schemas } from '@/api/client';
import { t } from '@/i18n';

export interface PutOptions {
  /** The version it replaces; 0 for one that must not be there yet. */
  version: number;
  publish?: boolean;
  /** Publish what looks like a mistake, too. */
  confirm?: boolean;
}

/** Writes a document. Rejects with status 412 when another version is there than the one it replaces. */
export function put(kind: string, id: string, spec: unknown, { version, publish, confirm }: PutOptions): Promise<Schemas['ResourceView']> {
  const query = { ...(publish ? { publish } : {}), ...(confirm ? { confirm } : {}) };
  return data(
    api.PUT('/api/v1/resources/{kind}/{id}', {
      params: { path: { kind, id }, query: query as never, header: { 'If-Match': `"${version}"` } as never },
      body: spec as never,
    }),
  );
}

/** Says in words that somebody else was faster; other problems stay what they are. */
export function asTaken(problem: unknown, isNew: boolean): unknown {
  if (!(problem instanceof ApiProblem) || problem.status !== 412) return problem;
  return new Error(isNew ? t('There is one with this name already. Choose another name.') : t('Somebody else changed it meanwhile. Load the page again to see how; what you entered would replace theirs.'));
}
