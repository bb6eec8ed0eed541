/** The same call for many, one after another: how far it is, what failed, and whether it was stopped. */
export interface Job {
  all: number;
  /** Those it came to, failed ones among them. */
  finished: number;
  failed: { id: string; why: string }[];
  /** Those it did not come to. */
  left: string[];
  ended: boolean;
}

/** Runs `one` for each of `ids`; `tell` hears after each, and `stopped` is asked before each. */
export async function runJob(ids: string[], one: (id: string) => Promise<unknown>, { tell, stopped }: { tell: (job: Job) => void; stopped: () => boolean }): Promise<Job> {
  let job: Job = { all: ids.length, finished: 0, failed: [], left: ids, ended: false };
  tell(job);
  for (const [i, id] of ids.entries()) {
    if (stopped()) break;
    let failed = job.failed;
    try {
      await one(id);
    } catch (error) {
      failed = [...failed, { id, why: error instanceof Error ? error.message : String(error) }];
    }
    job = { ...job, failed, finished: i + 1, left: ids.slice(i + 1) };
    tell(job);
  }
  job = { ...job, ended: true };
  tell(job);
  return job;
}
