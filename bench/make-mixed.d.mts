/** @returns the texts of a snapshot of `count` nodes, and of a later one in which every tenth object is another */
export function mixedSnapshots(seed: number, count: number): [string, string];
