import { useDryRun } from '@/resources/useDryRun';
import { saidOfItem } from '@/ui/said';
import { type Fault, faults, type JourneySpec, stepOf } from './graph';

/** What is wrong with a journey: at once what its graph shows, a moment later what the server finds. */
export function useJourneyFaults(id: string, spec: JourneySpec | undefined): Fault[] {
  const local = spec ? faults(spec) : [];
  // What the graph shows already need not be asked for.
  const remote = useDryRun('journey', id, spec, local.length === 0);
  if (!spec || local.length > 0) return local;
  return remote.map((p) => ({
    step: stepOf(spec, p.at),
    message: saidOfItem(p),
  }));
}
