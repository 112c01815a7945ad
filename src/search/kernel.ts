import { kernelModule } from './kernelModule.ts'

/** The unit in which WebAssembly takes memory. */
export const PAGE_BYTES = 65_536

export interface Kernel {
  memory: ArrayBuffer
  /** As `kernelModule` says. */
  multiply: (row: number, rowsEnd: number, query: number, queryEnd: number, sums: number) => void
}

/** What is used of the global of this name, which TypeScript knows only together with a browser's. */
interface WebAssemblyGlobal {
  Memory: new (size: { initial: number }) => { buffer: ArrayBuffer }
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: { multiply: Kernel['multiply'] } }
}

/** The kernel with so many pages of memory; undefined where there is none, or no vectors of 128 bits. */
export function openKernel(pages: number): Kernel | undefined {
  const { WebAssembly } = globalThis as { WebAssembly?: WebAssemblyGlobal }
  if (WebAssembly === undefined) return undefined
  try {
    const module = new WebAssembly.Module(kernelModule())
    const memory = new WebAssembly.Memory({ initial: pages })
    const { multiply } = new WebAssembly.Instance(module, { in: { memory } }).exports
    return { memory: memory.buffer, multiply }
  } catch {
    // An old processor, or a limit on address space: the plain loop is slower and gives the same.
    return undefined
  }
}
