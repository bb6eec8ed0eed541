// The package: `import { load } from 'rapport-browser'`.

import { create } from './client';
import type { Options, Rapport } from './types';

export type * from './types';
export { create };

/** A client; the page may have several, with write keys of their own. */
export function load(writeKey: string | { writeKey: string }, options: Options): Rapport {
  return create().load(writeKey, options);
}

/** The client most pages need: calls wait until `rapport.load` was called. */
export const rapport: Rapport = create();
