import type { Schemas } from '@/api/client';

/** What an account is called. */
export const accountName = (a: Pick<Schemas['AccountView'], 'id' | 'traits'>) => (typeof a.traits.name === 'string' && a.traits.name ? a.traits.name : a.id);
