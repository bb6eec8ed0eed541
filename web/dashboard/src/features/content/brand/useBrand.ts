import { useResources } from '@/resources/useResources';
import type { Brand } from '../email/Properties';

/** The brand a message uses: the one it names, else the one called `default`. */
export function useBrand(id: string | undefined): Brand {
  const found = useResources('brand').data?.find((b) => b.id === (id ?? 'default'));
  const spec = found?.spec as { colours?: Record<string, string>; fonts?: Record<string, string> } | undefined;
  return { colours: spec?.colours ?? {}, fonts: spec?.fonts ?? {} };
}

/** What the company calls itself: by its settings, else by its brand. */
export function usePublishedCompany(): string {
  const settings = useResources('settings').data?.[0]?.spec as { company?: { name?: string } } | undefined;
  const brand = useResources('brand').data?.find((b) => b.id === 'default')?.spec.name;
  return settings?.company?.name ?? (typeof brand === 'string' ? brand : '');
}
