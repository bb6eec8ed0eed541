import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '@/api/client';
import { ask } from '@/features/insights/ask';
import type { Request } from '@/features/insights/kinds';
import { number, t } from '@/i18n';
import { Figure } from '@/ui/bits';

/** How many percentage points more reached the goal than in the control group, and whether that can be chance. */
export function LiftFigure({ request }: { request: Request }) {
  const lift = useQuery({
    queryKey: ['insights', 'lift', JSON.stringify(request)],
    queryFn: ({ signal }) => ask('lift', request, signal) as Promise<Schemas['LiftReport']>,
    refetchInterval: 30_000,
    retry: false,
  }).data;
  const points = lift?.difference_points.value ?? 0;
  const text = lift ? t('{n} points', { n: `${points > 0 ? '+' : ''}${number(points, { maximumFractionDigits: 2 })}` }) : '–';
  return <Figure name={t('Lift')} value={text} hint={lift && (lift.conclusive ? t('hardly by chance') : t('may be chance'))} />;
}
