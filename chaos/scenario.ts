import { chanceFrom } from '../test/support/unitVectors.ts'

interface Sized {
  seed: number
}

/** What is asked of the server; the same for the same seed. */
export type Order = {
  /** Unique; also what idempotency keys are made of. */
  name: string
  /** Its tasks and uploads are removed again after they were read. */
  isRemoved: boolean
} & (
  | ({ kind: 'image' } & Sized)
  | ({ kind: 'imageByUrl' } & Sized)
  | ({ kind: 'sound'; durationSec: number } & Sized)
  | { kind: 'video'; durationSec: number; startSec: number; endSec: number; clipSec: number }
  | ({ kind: 'document'; paragraphs: number } & Sized)
  | ({ kind: 'bucket'; files: number } & Sized)
  | ({ kind: 'batch'; lines: number } & Sized)
  | ({ kind: 'several'; tasks: number } & Sized)
  | ({ kind: 'texts'; count: number } & Sized)
)

export type OrderKind = Order['kind']

/** How many of a hundred orders are of each kind. */
const SHARES: Readonly<Record<OrderKind, number>> = {
  image: 18,
  imageByUrl: 14,
  sound: 14,
  video: 14,
  document: 14,
  bucket: 8,
  batch: 8,
  several: 5,
  texts: 5,
}

/** The lengths of the videos that are made, seconds; the last one is of several slices. */
const VIDEO_SECONDS = [6, 14, 130] as const

/** Each part of an order is a task, but for `texts`, which are answered at once. */
export const partsOf = (order: Order): number => (order.kind === 'several' ? order.tasks : 1)

/** Orders for at least so many tasks, one of each kind among the first. */
export function makeScenario({ seed, tasks }: { seed: number; tasks: number }): Order[] {
  const chance = chanceFrom(seed)
  const kinds = Object.keys(SHARES) as OrderKind[]
  const bag = kinds.flatMap((kind) => Array.from({ length: SHARES[kind] }, () => kind))
  const orders: Order[] = []
  for (let count = 0; count < tasks;) {
    const kind = kinds[orders.length] ?? bag[Math.floor(chance() * bag.length)] ?? 'image'
    const order = makeOrder(kind, `${seed}-${orders.length}-${kind}`, chance)
    orders.push(order)
    count += partsOf(order)
  }
  return orders
}

function makeOrder(kind: OrderKind, name: string, chance: () => number): Order {
  const between = (least: number, most: number) => least + Math.floor(chance() * (most - least + 1))
  const same = { name, isRemoved: chance() < 0.25 }
  const seed = between(0, 999_999_999)
  switch (kind) {
    case 'image':
    case 'imageByUrl':
      return { ...same, kind, seed }
    case 'sound':
      return { ...same, kind, seed, durationSec: chance() < 0.25 ? between(125, 150) : between(4, 20) }
    case 'video': {
      const durationSec = VIDEO_SECONDS[chance() < 0.25 ? 2 : between(0, 1)] ?? VIDEO_SECONDS[0]
      const startSec = between(0, 2)
      return {
        ...same,
        kind,
        durationSec,
        startSec,
        endSec: between(Math.max(startSec + 2, durationSec - 10), durationSec),
        clipSec: between(2, 5),
      }
    }
    case 'document':
      return { ...same, kind, seed, paragraphs: between(2, 60) }
    case 'bucket':
      return { ...same, kind, seed, files: between(2, 25) }
    case 'batch':
      return { ...same, kind, seed, lines: between(3, 120) }
    case 'several':
      return { ...same, kind, seed, tasks: between(2, 6) }
    case 'texts':
      return { ...same, kind, seed, count: between(1, 8) }
  }
}
