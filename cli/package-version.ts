import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of leakwatch. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(manifestPath(), 'utf8'));
  return typeof manifest === 'object' && manifest && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}

// One folder up from the source, two from what is built of it.
function manifestPath(): string {
  const beside = join(__dirname, '..', 'package.json');
  return existsSync(beside) ? beside : join(__dirname, '..', '..', 'package.json');
}
