/** Bringing archived documents back. */
import { api, data, queryClient } from '@/api/client';
import { notify } from '@/ui/notify';
import { t } from '@/i18n';

interface Archived {
  id: string;
  version: number;
  spec: unknown;
}

/** Brings a document back as a draft: its newest version is written once more. `live` puts that version into effect again. */
export async function restore(kind: string, of: Archived, live = false): Promise<void> {
  const path = { kind, id: of.id };
  if (live) {
    await data(api.POST('/api/v1/resources/{kind}/{id}/publish', { params: { path }, body: { version: of.version, confirm: true } }));
  } else {
    const header = { 'If-Match': `"${of.version}"` } as never;
    await data(api.PUT('/api/v1/resources/{kind}/{id}', { params: { path, header }, body: of.spec as never }));
  }
  await Promise.all([['resources', kind], [`${kind}s`]].map((queryKey) => queryClient.invalidateQueries({ queryKey })));
  notify('good', live ? t('It is live again.') : t('It is a draft again.'));
}
