import type { Schemas } from '@/api/client';

const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** What to call somebody: a name they gave, else an address, else an identifier. */
export function nameOf(profile: Pick<Schemas['ProfileSummary'], 'label' | 'traits'>): string {
  const { traits } = profile;
  const full = text(traits.name) || [text(traits.first_name), text(traits.last_name)].filter(Boolean).join(' ');
  return full || text(traits.email) || short(profile.label);
}

/** The beginning of an identifier that was made by chance says enough. */
function short(label: string): string {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(label) ? label.slice(0, 8) : label;
}
