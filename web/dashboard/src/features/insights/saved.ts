/** Where a saved report is read. */
import { queryClient, type Schemas } from '@/api/client';
import { resourceQuery } from '@/resources/useResources';

export interface Place {
  to: '/insights/$kind';
  params: { kind: string };
  search: Record<string, string>;
}

/** The page of a saved report: what it asks is in the address, and which it is. */
export function placeOf(saved: Pick<Schemas['ResourceView'], 'id' | 'spec'>): Place {
  return { to: '/insights/$kind', params: { kind: String(saved.spec.report) }, search: { r: JSON.stringify(saved.spec.request ?? {}), saved: saved.id } };
}

/** The same where only its id is known. */
export async function placeOfId(id: string): Promise<Place> {
  return placeOf(await queryClient.fetchQuery(resourceQuery('insight', id)));
}
