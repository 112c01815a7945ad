/** A text in tokens, and its place in the order that was asked for. */
export interface EncodedText {
  at: number
  ids: readonly number[]
}

export interface BatchBounds {
  samples: number
  /** Of samples × the longest of them, which is what a batch costs. */
  tokens: number
}

/** Puts texts of about one length together, because all in a batch are filled up to the longest. */
export function textBatches(texts: readonly EncodedText[], bounds: BatchBounds): EncodedText[][] {
  const batches: EncodedText[][] = []
  let batch: EncodedText[] = []
  for (const text of texts.toSorted((a, b) => a.ids.length - b.ids.length || a.at - b.at)) {
    const isFull = batch.length >= bounds.samples || (batch.length + 1) * text.ids.length > bounds.tokens
    if (isFull && batch.length > 0) {
      batches.push(batch)
      batch = []
    }
    batch.push(text)
  }
  if (batch.length > 0) batches.push(batch)
  return batches
}
