/** A word that heap snapshots or leakwatch use, and what it means. */
export interface GlossaryEntry {
  readonly term: string;
  /** Other names it goes by, as V8 or DevTools write them. */
  readonly aliases?: readonly string[];
  /** A sentence or two. */
  readonly meaning: string;
}

/** Words about memory first, then V8's names for what a snapshot shows, then leakwatch's own. */
export const GLOSSARY: readonly GlossaryEntry[] = [
  {
    term: 'shallow size',
    aliases: ['self size'],
    meaning:
      'The bytes of an object itself: its fields, or its text. What it refers to is not counted, except storage that is its alone.',
  },
  {
    term: 'retained size',
    meaning:
      'The bytes that would be free if the object were gone: its own, and those of everything that only it keeps alive.',
  },
  {
    term: 'dominator',
    aliases: ['owner', 'immediate dominator'],
    meaning:
      'The object without which another one would be free: every path from the root to the other leads through it. It need not refer to it itself.',
  },
  {
    term: 'retainer',
    aliases: ['holder'],
    meaning: 'An object that refers to another one, and so keeps it alive as long as it lives itself.',
  },
  {
    term: 'distance',
    meaning: 'The number of references on the shortest path from a global object.',
  },
  {
    term: 'root',
    aliases: ['(GC roots)', '(root)'],
    meaning:
      'Where the garbage collector starts: what can be reached from there stays, everything else is freed.',
  },
  {
    term: '(Stack roots)',
    aliases: ['(Handle scope)'],
    meaning:
      'What functions that are running at the moment hold in variables. It lets go when they return: an accidental holder.',
  },
  {
    term: '(Global handles)',
    aliases: ['(Strong root list)', '(Eternal handles)'],
    meaning:
      "References from Node's C++ side into JavaScript: open sockets, timers' lists, modules, native add-ons.",
  },
  {
    term: '(Compilation cache)',
    meaning: 'V8 keeps what it compiled lately, in case it is needed again. It ages by itself.',
  },
  {
    term: 'weak reference',
    meaning:
      'A reference that keeps nothing alive: of WeakMap keys, WeakRef, WeakSet, and of much that V8 keeps for itself.',
  },
  {
    term: 'ephemeron',
    aliases: ['part of key', 'WeakMap value'],
    meaning: 'An entry of a WeakMap: its value lives as long as both the map and the key do.',
  },
  {
    term: 'system / Context',
    aliases: ['scope', 'context'],
    meaning:
      'The variables of a function call that functions made in it still use. All of them share one context, so the variable that one function needs is kept by another that does not.',
  },
  {
    term: '(closure)',
    aliases: ['function', 'Function'],
    meaning:
      'A function as an object, with the context whose variables it can see. A function in a loop is a new closure each time.',
  },
  {
    term: 'system / NativeContext',
    meaning:
      'One for each global object: its built-in classes and functions. More than one means vm contexts or realms.',
  },
  {
    term: '(object elements)',
    aliases: ['elements'],
    meaning:
      'The storage for the numbered entries of an array or object. It has room to spare, and is made anew when it is full.',
  },
  {
    term: '(object properties)',
    aliases: ['properties'],
    meaning: 'The storage for properties that had no room in the object itself.',
  },
  {
    term: '(array)',
    meaning:
      "V8's own arrays: the storage of arrays, Maps and Sets, constants of functions. Not JavaScript arrays, which are called Array.",
  },
  {
    term: 'table',
    meaning:
      'The storage of a Map or Set: a hash table that doubles when it is full, and shrinks when three quarters are gone.',
  },
  {
    term: '(string)',
    meaning:
      'A text. Equal texts may be there many times, since V8 shares only those that were written into code or used as property names.',
  },
  {
    term: '(concatenated string)',
    aliases: ['cons string'],
    meaning:
      'The result of a +, kept as its two parts until somebody reads it. A text made of many small parts costs many times its length.',
  },
  {
    term: '(sliced string)',
    meaning: 'A part cut out of another string, by slice, match or split: it keeps the whole of it alive.',
  },
  {
    term: '(number)',
    aliases: ['heap number', 'smi number'],
    meaning:
      'A number that did not fit into 31 bits. Small whole numbers are written into the object itself and cannot be seen in a snapshot.',
  },
  {
    term: 'hidden class',
    aliases: ['(object shape)', 'Map (V8)', 'system / Map', 'shape'],
    meaning:
      'What V8 remembers of which properties objects have, and in which order. Objects made alike share one; very many mean that objects are used as dictionaries. It has nothing to do with Map.',
  },
  {
    term: '(compiled code)',
    aliases: ['(code)', 'BytecodeArray', 'SharedFunctionInfo', 'FeedbackVector'],
    meaning:
      'Functions as bytecode and machine code, and what V8 learned about them. It grows while code is new and hot, and is dropped when it is old.',
  },
  {
    term: '(system)',
    aliases: ['hidden'],
    meaning: 'What V8 needs for itself. Hardly ever a leak of its own; it grows with what it belongs to.',
  },
  {
    term: 'system / Oddball',
    meaning: 'One of undefined, null, true, false: there is one of each.',
  },
  {
    term: 'system / PropertyCell',
    meaning: 'Where a property of the global object is kept.',
  },
  {
    term: 'system / PromiseReaction',
    aliases: ['reaction'],
    meaning:
      'What then, catch or await asked a promise for. A promise that never settles keeps all of its reactions, and what their functions see.',
  },
  {
    term: '(backing_store)',
    aliases: ['system / JSArrayBufferData', 'ArrayBuffer'],
    meaning:
      'The bytes of a Buffer or ArrayBuffer. They lie outside the JavaScript heap, and count to `external` and RSS.',
  },
  {
    term: 'native',
    aliases: ['Node / …', 'synthetic'],
    meaning:
      "An object of Node's C++ side, such as a socket or a file handle, often with a JavaScript object as its face.",
  },
  {
    term: 'detached',
    meaning: 'A native object whose owner has let go of it while JavaScript still refers to it.',
  },
  {
    term: 'TimersList',
    meaning:
      "Node's list of all timers with one delay. A list of intervals that are never cleared only grows.",
  },
  {
    term: '_events',
    aliases: ['kEvents'],
    meaning: 'Where an EventEmitter, or an EventTarget, keeps its listeners by event.',
  },
  {
    term: 'kResourceStore',
    aliases: ['AsyncContextFrame', 'AsyncLocalStorage store'],
    meaning:
      'How Node hangs the store of an AsyncLocalStorage on what runs in its context, before Node 24 and since.',
  },
  {
    term: 'object id',
    aliases: ['@12345'],
    meaning:
      "V8's number for an object. It stays the same in all snapshots of one process, and is odd for JavaScript objects.",
  },
  {
    term: 'external memory',
    aliases: ['arrayBuffers', 'RSS'],
    meaning:
      'Memory of the process outside the JavaScript heap. When RSS grows and the heap does not, look at Buffers and native handles.',
  },
  {
    term: 'heap floor',
    meaning:
      'What is left in use right after a major collection. It is what leaks raise; what lies above it is garbage that was not collected yet.',
  },
  {
    term: 'window',
    meaning:
      'The time between two snapshots. leakwatch asks of each object in which window it came, and whether it is still there.',
  },
  {
    term: 'lineage',
    meaning:
      'Snapshots of one process, in which an id means the same object. Only between such can objects be followed.',
  },
  {
    term: 'access path',
    meaning:
      'The names of the references over which an object is reached. Objects reached over the same names are counted together.',
  },
  {
    term: 'fingerprint',
    meaning:
      'A number for a leak that stays the same after a rebuild, on another machine and with another version of Node.',
  },
  {
    term: 'culprit',
    meaning:
      'The place where things pile up, in the words of the code: the variable, property or event that should let go of them.',
  },
];

/** The entries whose term or alias contains the text, in whatever case; those that are called so come first. */
export function lookUp(text: string): readonly GlossaryEntry[] {
  const wanted = text.toLowerCase();
  const names = ({ term, aliases = [] }: GlossaryEntry) =>
    [term, ...aliases].map((name) => name.toLowerCase());
  const found = GLOSSARY.filter((entry) => names(entry).some((name) => name.includes(wanted)));
  const exact = found.filter((entry) =>
    names(entry).some((name) => name.replaceAll(/[()]/g, '') === wanted.replaceAll(/[()]/g, '')),
  );
  return exact.length > 0 ? exact : found;
}

/** The whole as a Markdown page. */
export function glossaryPage(): string {
  const entries = GLOSSARY.map(({ term, aliases = [], meaning }) => {
    const also = aliases.length === 0 ? '' : ` (also ${aliases.map((alias) => `\`${alias}\``).join(', ')})`;
    return `**\`${term}\`**${also}: ${meaning}\n`;
  });
  return `# Glossary\n\nWhat heap snapshots and leakwatch call things; \`leakwatch glossary <term>\` says it in the terminal.\n\n${entries.join('\n')}`;
}
