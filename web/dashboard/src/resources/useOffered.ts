/** Documents to choose of, however many there are: what is typed is looked for on the server. */
import { useDebouncedValue } from '@mantine/hooks';
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { t } from '@/i18n';
import { optionsOf, typedOf } from './offered';
import type { Document } from './ResourceList';
import { resourceQuery, useResources } from './useResources';

/** Its name, and that it is not live where it is not. */
export const named = (r: Document): string => `${String(r.spec.name ?? r.id)}${r.live_version ? '' : ` (${t('draft')})`}`;

export interface Offering {
  /** Only documents of that status. */
  status?: string | undefined;
  /** Of those only the ones it lets pass. */
  fits?: (of: Document) => boolean;
  label?: (of: Document) => string;
}

/** What is typed into a field that searches, and the same a moment after the last key. */
export function useTyped() {
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), 200);
  return { text, setText, q };
}

/** The documents of a kind that fit `q`, and the chosen ones wherever they stand among the others. */
export function useCandidates(kind: string, chosen: readonly string[], q: string, { status, fits = () => true, label = named }: Offering = {}) {
  const all = useResources(kind, undefined, status);
  const missing = all.data ? chosen.filter((id) => id && !all.data?.some((r) => r.id === id)) : [];
  const ones = useQueries({
    queries: missing.map((id) => ({ ...resourceQuery(kind, id), retry: false })),
  });
  const known = new Map<string, Document>();
  for (const r of [...(all.data ?? []), ...ones.flatMap((one) => one.data ?? [])]) if (chosen.includes(r.id)) known.set(r.id, r);
  const typed = typedOf(q, [...known.values()].map(label));
  const searched = useResources(kind, typed, status);
  // While all of them are there nothing has to be looked for.
  const rows = (typed && all.more.has ? searched.data : all.data) ?? [];
  const listed = rows.filter(fits).map((r) => ({ value: r.id, label: label(r) }));
  return {
    rows,
    known,
    options: optionsOf(listed, chosen, (id) => {
      const one = known.get(id);
      return one ? label(one) : id;
    }),
  };
}

/** The documents of a kind for a select of one: spread `select` over it. */
export function useOffered(kind: string, chosen: string, offering: Offering = {}) {
  const { text, setText, q } = useTyped();
  const { rows, known, options } = useCandidates(kind, chosen ? [chosen] : [], q, offering);
  return {
    rows,
    chosen: known.get(chosen),
    select: { data: options, searchable: true, searchValue: text, onSearchChange: setText },
  };
}

/** The same for a field that takes several. */
export function useOfferedMany(kind: string, chosen: readonly string[], offering: Offering = {}) {
  const { text, setText, q } = useTyped();
  const { options } = useCandidates(kind, chosen, q, offering);
  return { select: { data: options, searchable: true, searchValue: text, onSearchChange: setText } };
}
