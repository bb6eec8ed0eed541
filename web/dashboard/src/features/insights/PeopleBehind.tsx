/** A number of events of a kind that leads to the people who had them. */
import { lazy, Suspense, useState } from 'react';
import { number, t } from '@/i18n';
import type { Request } from './kinds';

const PeopleDrawer = lazy(() => import('./PeopleDrawer').then((m) => ({ default: m.PeopleDrawer })));

/** As far back as reports reach: ten years. */
const EVER = '-3650d';

export interface Behind {
  event: string;
  filter?: string;
}

/** The report whose people had such an event at any time. */
export function everybodyWith({ event, filter }: Behind): Request {
  return { series: [{ event, measure: 'profiles', ...(filter ? { filter } : {}) }], unit: 'month', from: EVER };
}

/** Events of a journey, or of a campaign as `campaign/ID`. */
export const ofJourney = (event: string, journey: string, more = ''): Behind => ({ event, filter: `e.journey == ${JSON.stringify(journey)}${more}` });

export function PeopleBehind({ name, n, text, of }: { name: string; n: number; text?: string; of: Behind | null }) {
  const [open, setOpen] = useState(false);
  const shown = text ?? number(n);
  if (n === 0 || !of) return <>{shown}</>;
  return (
    <>
      <button type="button" className="number-button" aria-haspopup="dialog" aria-label={t('{name}: {n}, who they are', { name, n: shown })} onClick={() => setOpen(true)}>
        {shown}
      </button>
      <Suspense>{open && <PeopleDrawer kind="trend" request={everybodyWith(of)} drill={{}} close={() => setOpen(false)} />}</Suspense>
    </>
  );
}
