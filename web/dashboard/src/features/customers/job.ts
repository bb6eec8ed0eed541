import { lineOf } from '@/ui/said';

/** The same call for many: how far it is, what failed, and whether it was stopped. */
export interface Job {
  all: number;
  /** Those it came to, failed ones among them. */
  finished: number;
  failed: { id: string; why: string }[];
  /** Those it did not come to. */
  left: string[];
  ended: boolean;
}

export interface Running {
  /** Hears how far it is: at the beginning, after each round and at the end. */
  tell: (job: Job) => void;
  /** Asked before each round. */
  stopped: () => boolean;
  /** Customers of one call; 1 when absent. */
  size?: number;
  /** Calls at a time, which are a round; 1 when absent. */
  lanes?: number;
}

const why = lineOf;

/** Runs `work` for all of `ids`; of a call that fails all its customers failed, and the others go on. */
export async function runJob(ids: string[], work: (ids: string[]) => Promise<unknown>, { tell, stopped, size = 1, lanes = 1 }: Running): Promise<Job> {
  let job: Job = { all: ids.length, finished: 0, failed: [], left: ids, ended: false };
  tell(job);
  while (job.left.length > 0 && !stopped()) {
    const calls = Array.from({ length: lanes }, (_, i) => job.left.slice(i * size, (i + 1) * size)).filter((call) => call.length > 0);
    const results = await Promise.allSettled(calls.map(work));
    const failed = results.flatMap((r, i) => (r.status === 'rejected' ? (calls[i] ?? []).map((id) => ({ id, why: why(r.reason) })) : []));
    const came = calls.reduce((n, call) => n + call.length, 0);
    job = { ...job, failed: [...job.failed, ...failed], finished: job.finished + came, left: job.left.slice(came) };
    tell(job);
  }
  job = { ...job, ended: true };
  tell(job);
  return job;
}

/** How far it is with everybody who matches, which the server does in portions. */
export interface Course {
  all: number;
  finished: number;
  /** Where the next portion begins; none when everybody was reached, or before the first. */
  cursor: string | null;
  /** Why it stands still. */
  error: unknown;
  ended: boolean;
}

/** Asks for portion after portion until everybody was reached, one fails, or it is stopped; goes on from `before`. */
export async function runPortions(
  before: Course,
  portion: (cursor: string | null) => Promise<{ reached: number; next_cursor?: string | null }>,
  { tell, stopped }: { tell: (course: Course) => void; stopped: () => boolean },
): Promise<Course> {
  let course: Course = { ...before, error: null, ended: false };
  tell(course);
  do {
    try {
      const { reached, next_cursor } = await portion(course.cursor);
      course = { ...course, finished: course.finished + reached, cursor: next_cursor ?? null };
    } catch (error) {
      course = { ...course, error };
    }
    tell(course);
  } while (course.cursor !== null && course.error === null && !stopped());
  course = { ...course, ended: true };
  tell(course);
  return course;
}

interface Page {
  items: { id: string }[];
  next_cursor?: string | null;
}

/** The ids of every page. */
export async function collect(load: (cursor: string | undefined) => Promise<Page>): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await load(cursor);
    ids.push(...page.items.map((x) => x.id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return ids;
}
