/** The best few of many, without sorting the rest. */
export interface TopList<T> {
  /** True when an item would stay in the list if it were added now. */
  admits(item: T): boolean
  add(item: T): void
  /** The worst of the best; undefined until the list is full. */
  last(): T | undefined
  /** Best first. */
  sorted(): T[]
}

/** A list of at most `limit` items, at least 1; `compare` is below 0 when the first one is better. */
export function makeTopList<T>(limit: number, compare: (one: T, other: T) => number): TopList<T> {
  // A heap with the worst item at its root.
  const heap: T[] = []
  const isWorse = (one: T | undefined, other: T | undefined) =>
    one !== undefined && other !== undefined && compare(one, other) > 0

  const swap = (i: number, j: number) => {
    const [one, other] = [heap[i], heap[j]]
    if (one === undefined || other === undefined) return
    heap[i] = other
    heap[j] = one
  }
  const rise = (at: number) => {
    for (let i = at; i > 0 && isWorse(heap[i], heap[(i - 1) >> 1]); i = (i - 1) >> 1) swap(i, (i - 1) >> 1)
  }
  const sink = () => {
    for (let i = 0; ;) {
      let worst = i
      if (isWorse(heap[2 * i + 1], heap[worst])) worst = 2 * i + 1
      if (isWorse(heap[2 * i + 2], heap[worst])) worst = 2 * i + 2
      if (worst === i) return
      swap(i, worst)
      i = worst
    }
  }
  const last = () => (heap.length < limit ? undefined : heap[0])
  const admits = (item: T) => heap.length < limit || isWorse(heap[0], item)

  return {
    admits,
    last,
    add(item) {
      if (heap.length < limit) rise(heap.push(item) - 1)
      else if (admits(item)) {
        heap[0] = item
        sink()
      }
    },
    sorted: () => heap.toSorted(compare),
  }
}
