/** A rectangle in percent of the whole, in the order of the sizes given. */
export interface Tile {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Tiles as near to squares as may be, whose areas are as the sizes (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000).
 * @param sizes above 0, largest first
 * @param aspect width of the whole by its height
 */
export function squarify(sizes: readonly number[], aspect: number): Tile[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const areas = sizes.map((size) => (size / total) * aspect);
  const tiles: Tile[] = [];
  let free = { left: 0, top: 0, width: aspect, height: 1 };
  for (let start = 0; start < areas.length;) {
    const side = Math.min(free.width, free.height);
    let end = start + 1;
    let sum = areas[start];
    while (
      end < areas.length &&
      worst(areas, start, end + 1, sum + areas[end], side) <= worst(areas, start, end, sum, side)
    )
      sum += areas[end++];
    const depth = sum / side;
    let along = 0;
    for (let i = start; i < end; i++) {
      const length = areas[i] / depth;
      tiles.push(
        free.width >= free.height
          ? { left: free.left, top: free.top + along, width: depth, height: length }
          : { left: free.left + along, top: free.top, width: length, height: depth },
      );
      along += length;
    }
    free =
      free.width >= free.height
        ? { ...free, left: free.left + depth, width: free.width - depth }
        : { ...free, top: free.top + depth, height: free.height - depth };
    start = end;
  }
  return tiles.map(({ left, top, width, height }) => ({
    left: (100 * left) / aspect,
    top: 100 * top,
    width: (100 * width) / aspect,
    height: 100 * height,
  }));
}

/** The worst ratio of sides in a row of areas start ..< end along a side. */
function worst(areas: readonly number[], start: number, end: number, sum: number, side: number): number {
  const largest = areas[start];
  const smallest = areas[end - 1];
  return Math.max((side * side * largest) / (sum * sum), (sum * sum) / (side * side * smallest));
}
