/** The cosine of two unit vectors, or of their first `length` numbers after new scaling. */
export function cosine(one: Float32Array, other: Float32Array, length = one.length): number {
  let [dot, ones, others] = [0, 0, 0]
  for (let i = 0; i < length; i++) {
    const [a, b] = [one[i] ?? 0, other[i] ?? 0]
    dot += a * b
    ones += a * a
    others += b * b
  }
  return dot / Math.sqrt(ones * others || 1)
}

export const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, each) => sum + each, 0) / numbers.length

/** Spearman's rank correlation; equal numbers share the mean of their ranks. */
export function spearman(ones: readonly number[], others: readonly number[]): number {
  const [a, b] = [ranks(ones), ranks(others)]
  const middle = (ones.length - 1) / 2
  let [product, squaresA, squaresB] = [0, 0, 0]
  for (const [i, rank] of a.entries()) {
    const other = (b[i] ?? 0) - middle
    product += (rank - middle) * other
    squaresA += (rank - middle) ** 2
    squaresB += other ** 2
  }
  return product / Math.sqrt(squaresA * squaresB)
}

function ranks(numbers: readonly number[]): number[] {
  const order = numbers.map((_, i) => i).sort((a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0))
  const ranked: number[] = []
  for (let start = 0; start < order.length;) {
    let end = start + 1
    while (end < order.length && numbers[order[end] ?? 0] === numbers[order[start] ?? 0]) end++
    for (const i of order.slice(start, end)) ranked[i] = (start + end - 1) / 2
    start = end
  }
  return ranked
}

/** The chance that one of `highs` is above one of `lows`: the area under the ROC curve. */
export function areaUnderCurve(highs: readonly number[], lows: readonly number[]): number {
  let above = 0
  for (const high of highs) for (const low of lows) above += high > low ? 1 : high === low ? 0.5 : 0
  return above / (highs.length * lows.length)
}

/** How well what was changed is recognised among all originals. */
export interface Recognition {
  /** The part whose nearest original is their own. */
  recall: number
  /** The mean of: similarity to the own original less the similarity to the nearest other one. */
  margin: number
}

export interface Labelled {
  /** What is of the same source counts as the same. */
  source: string
  vector: Float32Array
}

/** `changed[i]` was made of `originals[i]`. Originals of the same source are hits, and are left out of the others. */
export function recognise(
  originals: readonly Labelled[],
  changed: readonly Float32Array[],
  length?: number,
): Recognition {
  const margins = changed.map((vector, i) => {
    const own = originals[i]?.source
    const [same, others] = [true, false].map((isSame) =>
      originals
        .filter(({ source }) => (source === own) === isSame)
        .map((each) => cosine(vector, each.vector, length)),
    )
    const self = cosine(vector, originals[i]?.vector ?? vector, length)
    const nearest = Math.max(...(others ?? []))
    return { hit: Math.max(...(same ?? [])) > nearest, margin: self - nearest }
  })
  return {
    recall: mean(margins.map(({ hit }) => (hit ? 1 : 0))),
    margin: mean(margins.map(({ margin }) => margin)),
  }
}
