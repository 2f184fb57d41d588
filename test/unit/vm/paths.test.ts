import { homedir } from 'node:os';
import t from 'tap';
import { cacheRoot } from '../../../vm/paths.ts';

void t.test('the cache: our own variable, then XDG, then the home folder', (t) => {
  t.equal(cacheRoot({ DIRSYNC_CACHE_DIR: '/a', XDG_CACHE_HOME: '/b' }), '/a');
  t.equal(cacheRoot({ XDG_CACHE_HOME: '/b' }), '/b/dirsync');
  t.equal(
    cacheRoot({ XDG_CACHE_HOME: 'relative' }),
    `${homedir()}/.cache/dirsync`,
    'a relative value is ignored',
  );
  t.equal(cacheRoot({}), `${homedir()}/.cache/dirsync`);
  t.end();
});
