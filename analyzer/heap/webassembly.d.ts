/** The part of WebAssembly that the engine uses: Node's types lack it, and the browser's are not for Node. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  interface Global {
    readonly value: number;
  }
  interface Module {}
  interface Instance {
    readonly exports: unknown;
  }
  const Module: new (program: Uint8Array) => Module;
  const Instance: new (module: Module) => Instance;
}
