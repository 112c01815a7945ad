import type { Tensor } from 'onnxruntime-node'
import type { Runtime } from './library.ts'
import type { RunnableSession, Values } from './sessions.ts'

/**
 * Runs the pictures of one call a few at a time, at most `patches` of them: none knows of the others, and all at once
 * would take memory in proportion, and hold the process as long.
 */
export function someAtOnce(
  session: RunnableSession,
  output: string,
  patches: number,
  runtime: Pick<Runtime, 'Tensor'>,
): RunnableSession {
  return {
    ...session,
    async run(values) {
      const inputs = Object.entries(values) as [string, Tensor][]
      const [pictures = 0, patchesEach = 1] = inputs[0]?.[1].dims ?? []
      const count = Math.max(1, Math.floor(patches / patchesEach))
      const parts: Tensor[] = []
      for (let from = 0; from < pictures; from += count) {
        const to = Math.min(from + count, pictures)
        const some = inputs.map(([name, tensor]) => [name, rows(runtime, tensor, from, to)])
        const { [output]: part } = await session.run(Object.fromEntries(some) as Values)
        parts.push(part as Tensor)
      }
      return { [output]: joined(runtime, parts) }
    },
  }
}

function rows({ Tensor: New }: Pick<Runtime, 'Tensor'>, tensor: Tensor, from: number, to: number): Tensor {
  const [count = 1, ...rest] = tensor.dims
  const each = tensor.size / count
  const shape = [to - from, ...rest]
  return tensor.type === 'int64'
    ? new New('int64', (tensor.data as BigInt64Array).subarray(from * each, to * each), shape)
    : new New('float32', (tensor.data as Float32Array).subarray(from * each, to * each), shape)
}

function joined({ Tensor: New }: Pick<Runtime, 'Tensor'>, parts: readonly Tensor[]): Tensor {
  const [first] = parts
  if (first && parts.length === 1) return first
  const all = new Float32Array(parts.reduce((sum, { size }) => sum + size, 0))
  let at = 0
  for (const { data, size } of parts) {
    all.set(data as Float32Array, at)
    at += size
  }
  const width = first?.dims[1] ?? 1
  return new New('float32', all, [all.length / width, width])
}
