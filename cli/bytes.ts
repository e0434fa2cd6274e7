const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** A size for people, in units of 1024: `812 B`, `4.2 KB`, `128 MB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`;
}
