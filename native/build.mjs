// Builds the addon with a C compiler alone. It knows Node by Node-API only, whose headers come from npm, so that one
// binary serves every supported version of Node and nothing is downloaded.
//
//     node native/build.mjs                for this machine
//     node native/build.mjs --if-possible  the same, and no failure where there is no compiler
//     node native/build.mjs --all          for everything the package brings along; on Debian the compilers are in
//                                          gcc, musl-tools and gcc-aarch64-linux-gnu, and musl's headers for arm64
//                                          (dpkg --add-architecture arm64) in musl-dev:arm64
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const PREBUILDS = join(HERE, '..', 'prebuilds');
const SOURCES = ['addon.c', 'copy.c', 'locks.c', 'ranges.c'].map((name) => join(HERE, name));
const FLAGS = '-shared -fPIC -fvisibility=hidden -std=gnu11 -O2 -s -Wall -Wextra -Werror -DNAPI_VERSION=8';

const flag = process.argv[2];

/** Target -> its compiler, and what it is to be told. */
const COMPILERS = {
  'linux-x64-glibc': ['x86_64-linux-gnu-gcc'],
  'linux-x64-musl': ['musl-gcc'],
  'linux-arm64-glibc': ['aarch64-linux-gnu-gcc'],
  // There is none for musl in Debian: what another one compiles by musl's headers and links with nothing is the same.
  'linux-arm64-musl': [
    'aarch64-linux-gnu-gcc',
    ...muslInstead('aarch64-linux-gnu-gcc', 'aarch64-linux-musl'),
  ],
};

/** What the compiler is on the machine that it compiles for. */
const OWN_COMPILER = process.env.CC ?? 'cc';

if (flag === '--all')
  for (const [target, [compiler, ...options]] of Object.entries(COMPILERS)) build(target, compiler, options);
else buildForThisMachine();

function buildForThisMachine() {
  const target = `${process.platform}-${process.arch}-${isMusl() ? 'musl' : 'glibc'}`;
  try {
    if (!/^linux-(x64|arm64)-/.test(target)) throw new Error(`there is none for ${target}`);
    build(target, OWN_COMPILER, []);
  } catch (error) {
    console.error(`native part not built: ${error.message.split('\n')[0]}`);
    if (flag !== '--if-possible') process.exitCode = 1;
  }
}

/** Compiles beside and renames: a process may have the older one loaded. */
function build(target, compiler, options) {
  const file = join(PREBUILDS, target, 'leakwatch.node');
  const draft = `${file}.${process.pid}`;
  const headers = createRequire(import.meta.url)('node-api-headers').include_dir;
  mkdirSync(join(PREBUILDS, target), { recursive: true });
  execFileSync(compiler, [...options, ...FLAGS.split(' '), '-isystem', headers, ...SOURCES, '-o', draft], {
    stdio: ['ignore', 'inherit', flag === '--if-possible' ? 'ignore' : 'inherit'],
  });
  renameSync(draft, file);
}

/** Compiles for musl by a compiler that is made for glibc. */
function muslInstead(compiler, triplet) {
  if (flag !== '--all') return [];
  const own = execFileSync(compiler, ['-print-file-name=include'], { encoding: 'utf8' }).trim();
  const headers = [own, join(process.env.MUSL_HEADERS ?? '/usr/include', triplet)];
  return [
    '-nostdinc',
    ...headers.flatMap((folder) => ['-isystem', folder]),
    '-nostdlib',
    '-mno-outline-atomics',
  ];
}

function isMusl() {
  return process.platform === 'linux' && readFileSync('/proc/self/maps', 'utf8').includes('/ld-musl-');
}
