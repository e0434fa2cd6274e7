/** Says at which sizes above a level a snapshot helps. Numbers in, an answer out. */

// Of less growth, two snapshots show little but noise.
const NEXT_FACTOR = 1.1;

// After the third snapshot there is nothing more to compare until the process is another one.
const SNAPSHOTS_PER_EPISODE = 3;
const NEXT_EPISODE_FACTOR = 2;

export interface LevelWatch {
  /** True when the level is reached, and twice more when it is exceeded by a tenth each; then again at twice that size. */
  add(bytes: number): boolean;
}

export function createLevelWatch(levelBytes: number): LevelWatch {
  let nextBytes = levelBytes;
  let taken = 0;
  return {
    add(bytes) {
      if (bytes < nextBytes) return false;
      taken++;
      nextBytes = bytes * (taken % SNAPSHOTS_PER_EPISODE === 0 ? NEXT_EPISODE_FACTOR : NEXT_FACTOR);
      return true;
    },
  };
}
