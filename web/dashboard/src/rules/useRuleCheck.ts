import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDebouncedValue } from '@mantine/hooks';
import { api, data, type Schemas } from '@/api/client';
import type { Mark } from '@/ui/CodeEditor';
import { saidOfItem } from '@/ui/said';
import type { Expr } from './ir';

export type RuleReport = Schemas['RuleReport'];

/** What the server finds in a rule, a moment after the last key. */
export function useRuleCheck(rule: string) {
  const [text] = useDebouncedValue(rule.trim(), 250);
  const query = useQuery({
    queryKey: ['rules', 'check', text],
    queryFn: ({ signal }) => data(api.POST('/api/v1/rules/check', { body: { rule: text }, signal })),
    enabled: text !== '',
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  const settled = text === rule.trim() && !query.isPlaceholderData;
  return { report: text === '' ? undefined : query.data, settled, error: query.error };
}

/** The blocks of a checked rule. */
export function blocksOf(report: RuleReport | undefined): Expr | null {
  const blocks = report?.blocks as { when?: Expr } | null | undefined;
  return blocks?.when ?? null;
}

export function marksOf(report: RuleReport | undefined): Mark[] {
  if (!report) return [];
  const mark = (severity: 'error' | 'warning') => (p: Schemas['ProblemItem']): Mark => {
    const place = /(\d+):(\d+)/.exec(p.at);
    const message = saidOfItem(p);
    return place ? { line: Number(place[1]), column: Number(place[2]), message, severity } : { message, severity };
  };
  return [...report.problems.map(mark('error')), ...report.warnings.map(mark('warning'))];
}
