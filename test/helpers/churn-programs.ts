/** The programs of churn for tests on this host. */
import { Cache } from '../../vm/cache.ts';
import { memorySink } from '../../vm/events.ts';
import { cacheRoot } from '../../vm/paths.ts';
import { hostPrograms } from '../churn/programs.ts';

const cache = await Cache.open(cacheRoot());

export const PROGRAMS = await hostPrograms({
  cache,
  events: memorySink(),
  signal: new AbortController().signal,
});
