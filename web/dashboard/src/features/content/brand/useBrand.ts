import { useResources } from '@/resources/useResources';
import type { Brand } from '../email/Properties';

/** A document that may not be there, as most have no brand of their own: looked for, so that nothing is missing when it is not. */
function useKnown(kind: string, id: string) {
  return useResources(kind, id).data?.find((found) => found.id === id)?.spec;
}

/** The brand a message uses: the one it names, else the one called `default`. */
export function useBrand(id: string | undefined): Brand {
  const spec = useKnown('brand', id || 'default') as { colours?: Record<string, string>; fonts?: Record<string, string> } | undefined;
  return { colours: spec?.colours ?? {}, fonts: spec?.fonts ?? {} };
}

/** What the company calls itself: by its settings, else by its brand. */
export function usePublishedCompany(): string {
  const settings = useKnown('settings', 'workspace') as { company?: { name?: string } } | undefined;
  const brand = useKnown('brand', 'default')?.name;
  return settings?.company?.name ?? (typeof brand === 'string' ? brand : '');
}
