import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { BatchProblem } from '../../domain/batch.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { inLimit } from '../../domain/limitFacts.ts'
import type { BatchWork } from '../../store/batches.ts'
import type { Stretch } from '../../store/batchStretches.ts'
import type { TaskParts } from '../parts.ts'
import { isLine, type BatchLine } from '../../domain/lineFormat.ts'
import { linesOf, type FileLine } from './linesOf.ts'
import { inputGone } from './linesOfStretch.ts'

/** What the look through the file of a batch found. */
export interface ReadBatch {
  /** Not more than 100: whoever has so many has made the same mistake everywhere. */
  problems: readonly BatchProblem[]
  stretches: readonly Stretch[]
  requestCount: number
  /** Empty when there is no request. */
  modelName: string
}

const MOST_PROBLEMS = 100

// What one item does: some seconds of work, little to repeat when the process dies, and one file more on the disk.
const STRETCH_REQUESTS = 128
const STRETCH_TEXTS = 256
const STRETCH_BYTES = 512 * 1024

/** Reading so many takes a few milliseconds; then others get their turn. */
const TURN_BYTES = 256 * 1024

/**
 * Looks through the file of a batch, and cuts it into stretches. Memory is bounded by the longest line and the names. The
 * file is whole and as it was stored before anything in it is called wrong. Throws as `Objects.useFile` does.
 */
export async function readBatch(
  parts: TaskParts,
  { accountId, inputHash: hash }: BatchWork,
  signal: AbortSignal,
): Promise<ReadBatch> {
  if (hash === undefined) throw inputGone()
  return parts.objects.useFile({ accountId, hash }, signal, async (path) => {
    const read = await readLines(parts, path, signal)
    const stretches: Stretch[] = []
    for (const stretch of read.problems.length > 0 ? [] : read.stretches) {
      signal.throwIfAborted()
      stretches.push({ ...stretch, inputHash: await hashOf(path, stretch) })
    }
    return { ...read, stretches }
  })
}

/** Other machines read the stretch alone, and can tell by this that they have what was looked through. */
async function hashOf(path: string, { startByte, endByte }: Stretch): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { start: startByte, end: endByte - 1 }))
    hash.update(chunk as Buffer)
  return hash.digest('hex')
}

async function readLines(parts: TaskParts, path: string, signal: AbortSignal): Promise<ReadBatch> {
  const { limits, lineFormat } = parts
  const problems: BatchProblem[] = []
  const names = new Set<string>()
  const stretches = makeStretches()
  let modelName = ''
  let requestCount = 0
  let textCount = 0
  let turnByte = 0
  const blame = (problem: BatchProblem) => void problems.push(problem)

  function check(line: BatchLine, number: number): void {
    const at = { line: number }
    const name = fingerprint(line.name)
    if (names.has(name)) blame({ ...at, ...REPEATED })
    names.add(name)
    if (requestCount++ === 0) modelName = line.modelName
    else if (line.modelName !== modelName) return blame({ ...at, ...otherModel(line.modelName, modelName) })
    if (!isKnown(parts, line.modelName)) blame({ ...at, ...noModel(line.modelName) })
  }

  async function take(line: FileLine): Promise<void> {
    if (line.text === null)
      return blame(line.isTooLong ? tooLong(line.number, limits) : unreadable(line.number))
    const read = await lineFormat.read(line.text)
    if (!isLine(read)) return blame({ ...read, line: line.number })
    check(read, line.number)
    const texts = read.order instanceof EmbedlineError ? 0 : read.order.texts.length
    textCount += texts
    stretches.add(line, texts)
  }

  for await (const line of linesOf(createReadStream(path), { mostBytes: limits.textBodyBytes })) {
    signal.throwIfAborted()
    await take(line)
    if (requestCount > limits.batchRequests)
      blame(tooMany('too_many_requests', limits.batchRequests, 'requests'))
    else if (textCount > limits.batchTexts) blame(tooMany('too_many_texts', limits.batchTexts, 'texts'))
    else if (problems.length < MOST_PROBLEMS) {
      if (line.endByte - turnByte < TURN_BYTES) continue
      turnByte = line.endByte
      await setImmediate()
      continue
    }
    break
  }
  if (requestCount === 0 && problems.length === 0) blame(EMPTY)
  return { problems, stretches: stretches.all(), requestCount, modelName }
}

function makeStretches() {
  const all: Stretch[] = []
  let last: (Stretch & { texts: number }) | undefined
  const isFull = (
    { requestCount, texts, startByte }: Stretch & { texts: number },
    line: FileLine,
    more: number,
  ) =>
    requestCount >= STRETCH_REQUESTS ||
    texts + more > STRETCH_TEXTS ||
    line.endByte - startByte > STRETCH_BYTES
  const close = () => {
    if (!last) return
    const { texts: _, ...stretch } = last
    all.push(stretch)
    last = undefined
  }
  return {
    add(line: FileLine, texts: number) {
      if (last && isFull(last, line, texts)) close()
      last ??= {
        ordinal: all.length,
        firstLine: line.number,
        requestCount: 0,
        startByte: line.startByte,
        endByte: line.endByte,
        texts: 0,
      }
      last.requestCount++
      last.texts += texts
      last.endByte = line.endByte
    },
    all() {
      close()
      return all
    },
  }
}

/** Enough of a hash to tell 50,000 names apart, however long they are. */
const fingerprint = (name: string): string =>
  createHash('sha256').update(name).digest().toString('latin1', 0, 16)

function isKnown({ lineFormat, models }: TaskParts, name: string): boolean {
  return lineFormat.isModelName(models, name) && models.resolve(name) !== undefined
}

const EMPTY: BatchProblem = {
  code: 'no_requests',
  message: 'The input file is empty: a batch has at least one request.',
}

const REPEATED = {
  code: 'name_repeated',
  message: 'The name of this request is that of another one: it must be unique in its batch.',
} as const

const noModel = (name: string) =>
  ({ code: 'model_unknown', message: `The model '${name}' does not exist.`, field: 'model' }) as const

const otherModel = (name: string, first: string) =>
  ({
    code: 'model_differs',
    message: `The model '${name}' is not '${first}', which the requests before it name: a batch has one model.`,
    field: 'model',
  }) as const

const tooMany = (code: BatchProblem['code'], most: number, what: string): BatchProblem => ({
  code,
  message: `A batch has at most ${most} ${what}${inLimit(code === 'too_many_texts' ? 'batchTexts' : 'batchRequests')}.`,
})

const tooLong = (line: number, { textBodyBytes }: TaskParts['limits']): BatchProblem => ({
  code: 'line_too_long',
  message: `This line is longer than the ${textBodyBytes} bytes that a request may have${inLimit('textBodyBytes')}.`,
  line,
})

const unreadable = (line: number): BatchProblem => ({
  code: 'line_unreadable',
  message: 'This line is not parseable as valid JSON.',
  line,
})
