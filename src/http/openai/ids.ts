const FILE = 'file-'
const BATCH = 'batch_'

/** As the contract writes ids: what they name stands before them. */
export const fileWord = (id: string): string => FILE + id
export const batchWord = (id: string): string => BATCH + id

/** The id in a word of the contract; the word itself, which no id of ours is, when it names something else. */
export const fileId = (word: string): string => without(FILE, word)
export const batchId = (word: string): string => without(BATCH, word)

const without = (prefix: string, word: string): string =>
  word.startsWith(prefix) ? word.slice(prefix.length) : `no ${prefix}: ${word}`
