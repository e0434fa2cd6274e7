/** A set of V8's odd object ids as a bitmap; even ids (native nodes) are never members, they don't last. */
export interface IdSet {
  has(id: number): boolean;
}

export function idSet(ids: Uint32Array): IdSet {
  let maxId = 0;
  for (const id of ids) if (id > maxId && id % 2 === 1) maxId = id;
  const bits = new Uint32Array((maxId >>> 6) + 1); // one bit per odd id
  for (const id of ids) if (id % 2 === 1) bits[id >>> 6] |= 1 << ((id >>> 1) & 31);
  return {
    has: (id) => id % 2 === 1 && id <= maxId && (bits[id >>> 6] & (1 << ((id >>> 1) & 31))) !== 0,
  };
}
