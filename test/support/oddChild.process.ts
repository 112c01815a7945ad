// A compute child that misbehaves on request: the name of a file, or a text, says how. It decodes and embeds nothing.
import { setInterval } from 'node:timers/promises'
import type { ToChild } from '../../src/compute/protocol.ts'
import { type CallTools, serveParent } from '../../src/compute/serveParent.ts'
import type { MediaFacts } from '../../src/domain/media.ts'
import type { SliceResult, SliceWork } from '../../src/domain/sliceWork.ts'

const kept: Buffer[] = []

async function misbehave(
  how: string,
  { signal, unitDone }: Pick<CallTools, 'signal' | 'unitDone'>,
): Promise<void> {
  if (how === 'crash') process.kill(process.pid, 'SIGKILL')
  if (how === 'hang') for (;;);
  if (how === 'grow') for (let at = 0; at < 40; at++) kept.push(Buffer.alloc(10_000_000, 1))
  if (how === 'throw') throw new Error('a bug')
  if (how === 'wait') await aborted(signal)
  if (how === 'work') await Promise.race([aborted(signal), reportUnits(unitDone)])
  if (how === 'stubborn') await new Promise(() => {})
}

const aborted = (signal: AbortSignal) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

async function reportUnits(unitDone: () => void) {
  for await (const _ of setInterval(5)) unitDone()
}

// Who answers, as a vector: a test can see which child it was.
const me = () => Float32Array.of(process.pid)

type SlicesCall = Pick<CallTools, 'signal' | 'unitDone'> & { handOver: (part: SliceResult) => Promise<void> }

async function embedOddly({ file, slices }: SliceWork, call: SlicesCall) {
  await misbehave(file, call)
  for (const slice of slices)
    await call.handOver({
      slice,
      clips: [{ startSec: 0, endSec: 1, vectors: [{ modality: 'visual', space: 'image', vector: me() }] }],
      warnings: [],
    })
  return undefined
}

serveParent(
  {
    send: (message) => void process.send?.(message, undefined, undefined, () => {}),
    onMessage: (listener) => void process.on('message', (message) => listener(message as ToChild)),
  },
  () => ({
    async inspect({ file }, call) {
      await misbehave(file, call)
      const facts: MediaFacts = {
        container: Object.keys(process.env).toSorted().join(' '),
        sizeBytes: 0,
        subtitles: [],
        isPicture: false,
        seeksExactly: true,
        warnings: [],
      }
      return facts
    },
    loadModel: async () => undefined,
    async readCues({ file }, call) {
      await misbehave(file, call)
      return []
    },
    readSubtitles: async () => [],
    embedSlices: embedOddly,
    embedSlicesNow: embedOddly,
    embedMixture: async () => ({ vector: me(), kind: 'fused', sizes: [], warnings: [] }),
    embedPart: async () => ({ textTokens: 0, warnings: [] }),
    cutPart: async () => ({ textTokens: 0, warnings: [] }),
    async embedDocument({ file, name }, call) {
      await misbehave(file, call)
      const chunk = (ordinal: number) => ({ ordinal, text: '', place: {}, vector: me(), termsJson: '{}' })
      const chunkCount = Number(name)
      for (let ordinal = 0; ordinal < chunkCount - 1; ordinal++) await call.handOver([chunk(ordinal)])
      return {
        lastChunks: [chunk(chunkCount - 1)],
        summary: { chunkCount, textTokens: 0, checksum: '', sizeBytes: 0 },
      }
    },
    async cutDocument({ file }, call) {
      await misbehave(file, call)
      return { lastChunks: [], summary: { chunkCount: 0, textTokens: 0, checksum: '', sizeBytes: 0 } }
    },
    async makeThumbnail({ file }, call) {
      await misbehave(file, call)
      return new Uint8Array()
    },
    async makeWaveform({ file }, call) {
      await misbehave(file, call)
      return { durationSec: 0, lowest: new Float32Array(), highest: new Float32Array() }
    },
    async embedTexts({ texts }, call) {
      for (const text of texts) await misbehave(text, call)
      return texts.map(me)
    },
    async embedBatch({ texts }, call) {
      for (const text of texts) await misbehave(text, call)
      return texts.map(me)
    },
    async embedPicture({ file }, call) {
      await misbehave(file, call)
      return me()
    },
  }),
)

process.on('SIGTERM', () => {})
process.on('disconnect', () => kept.length > 1_000 || process.exit())
