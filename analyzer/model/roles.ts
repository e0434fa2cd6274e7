import type { HeapGraph } from '../heap/graph.ts';

/**
 * How a node is treated when the heap is looked at as a program would see it.
 * object: something the program made. storage: an engine-internal part of one object (elements, hash table, number),
 * folded into its owner. engine: compiled code, hidden classes, feedback: made by V8 and none of the program's doing.
 */
export const Role = { engine: 0, storage: 1, object: 2 } as const;
export type Role = (typeof Role)[keyof typeof Role];

const ROLE_BY_TYPE: Readonly<Record<string, Role>> = {
  hidden: Role.storage,
  array: Role.storage,
  number: Role.storage,
  string: Role.object,
  object: Role.object,
  closure: Role.object,
  regexp: Role.object,
  native: Role.object,
  synthetic: Role.object,
  'concatenated string': Role.object,
  'sliced string': Role.object,
  symbol: Role.object,
  bigint: Role.object,
  'wasm object': Role.object,
  code: Role.engine,
  'object shape': Role.engine,
};

/**
 * Hidden nodes that lead into the engine and never to an object a program holds. Seen on Node 20 to 26; every other
 * hidden node is passed through, because some of them (PromiseReaction, PropertyCell, CallableTask, WeakCell) do.
 */
const ENGINE_NAMES: readonly RegExp[] = [
  /^(undefined|null|true|false|.*\bhole)$/, // one "system / Oddball" each before Node 24
  /^system \/ (Oddball|Hole|ScopeInfo|ClassPositions|AccessorInfo|AllocationSite|AllocationMemento|EnumCache)\b/,
  /^system \/ (Map|DescriptorArray|TransitionArray|PrototypeInfo|Script|SharedFunctionInfo|StackTraceFrame)\b/,
  /^system \/ (Feedback\w*|Weak(Fixed|Array)\w*|ByteArray|BytecodeArray|Code\b.*|Cell|Foreign|InterceptorInfo)/,
  /^system \/ (FunctionTemplateInfo|ObjectTemplateInfo|TemplateInfo|CallHandlerInfo|ArrayBoilerplateDescription)\b/,
  /^system \/ (ObjectBoilerplateDescription|RegExpBoilerplateDescription|UncompiledData\w*|PreparseData|Struct\w*)\b/,
];

/** NodeIndex -> {@link Role}. */
export function nodeRoles(graph: HeapGraph): Uint8Array {
  const roleByType = graph.nodeTypeNames.map((name) => ROLE_BY_TYPE[name] ?? Role.storage);
  const hidden = graph.nodeTypeNames.indexOf('hidden');
  const engineByName = new Map<number, boolean>();
  const roles = new Uint8Array(graph.nodeCount);
  for (let node = 0; node < graph.nodeCount; node++) {
    const type = graph.nodeType[node];
    roles[node] = roleByType[type];
    if (type !== hidden) continue;
    const name = graph.nodeName[node];
    let isEngine = engineByName.get(name);
    if (isEngine === undefined) {
      const text = graph.strings.get(name);
      isEngine = ENGINE_NAMES.some((pattern) => pattern.test(text));
      engineByName.set(name, isEngine);
    }
    if (isEngine) roles[node] = Role.engine;
  }
  return roles;
}
