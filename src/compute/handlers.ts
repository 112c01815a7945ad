import { setImmediate } from 'node:timers/promises'
import { makeKeyedMutex } from '../lib/keyedMutex.ts'
import { inputOf, type EmbeddingModel, type ModelPin } from '../domain/model.ts'
import type { SliceWork } from '../domain/sliceWork.ts'
import type { LoadProgress } from '../models/profile.ts'
import type { ModelSettings } from '../models/settings.ts'
import { timed, timedModel } from './stopwatch.ts'
import type { Units } from './units.ts'
import { makeFirstLane } from './firstLane.ts'
import type { ChildSettings } from './protocol.ts'
import type { CallTools, Handlers } from './serveParent.ts'

type SlicesCall = Pick<CallTools<'embedSlices'>, 'handOver' | 'signal'>

/** What a child does for each request. Everything heavy is loaded by the first request that needs it. */
export function makeHandlers({ tools, limits, models }: ChildSettings): Handlers {
  const model = makeModelShelf(models)
  const firstLane = makeFirstLane()
  const oneAtATime = makeKeyedMutex()
  const optionsOf = ({ signal }: Pick<CallTools, 'signal'>) => ({ limits, signal })
  const unitsOf = ({ signal, unitDone }: Pick<CallTools, 'signal' | 'unitDone'>) => ({
    onProgress: unitDone,
    async betweenUnits() {
      await firstLane.letPass()
      signal.throwIfAborted()
    },
  })

  async function embedSlices(work: SliceWork, call: SlicesCall, units: Units) {
    const [rooms, loaded] = await Promise.all([import('./embedSlices.ts'), model(work.model)])
    const { handOver } = call
    await rooms.embedSlices(work, { tools, model: loaded, ...units, handOver, ...optionsOf(call) })
    return undefined
  }

  return {
    async loadModel({ model: pin }, { handOver }) {
      // Nobody waits for what is told of the way, not even when the call is taken back.
      await model(pin, (fraction) => void handOver(fraction).catch(() => {}))
      return undefined
    },
    async inspect({ file }, call) {
      const { lookInto } = await import('./lookInto.ts')
      return lookInto(tools, file, optionsOf(call))
    },
    async readCues({ file, stream }, call) {
      const { readCues } = await import('../media/cues.ts')
      return readCues(tools, file, stream, optionsOf(call))
    },
    async readSubtitles({ file, name }, { signal }) {
      const { readSubtitles } = await import('./readSubtitles.ts')
      return readSubtitles(file, name, signal)
    },
    // Each kind one at a time: a large picture takes much memory, a long sound much time.
    makeThumbnail: (work, call) =>
      oneAtATime('thumbnail', async () => {
        call.signal.throwIfAborted()
        const { makeThumbnail } = await import('../media/thumbnail.ts')
        return makeThumbnail(tools, work, optionsOf(call))
      }),
    makeWaveform: (work, call) =>
      oneAtATime('waveform', async () => {
        call.signal.throwIfAborted()
        const { makeWaveform } = await import('../media/waveform.ts')
        return makeWaveform(tools, work, { ...optionsOf(call), unitDone: call.unitDone })
      }),
    embedSlices: (work, call) => embedSlices(work, call, unitsOf(call)),
    // Long work beside it waits at its next unit; the texts and pictures of others do not wait at all.
    embedSlicesNow: (work, call) =>
      firstLane.serve(() =>
        oneAtATime('slices', () => embedSlices(work, call, { ...unitsOf(call), betweenUnits: turnOf(call) })),
      ),
    async embedPart(work, call) {
      const [{ embedPart }, loaded] = await Promise.all([import('./parts/embedPart.ts'), model(work.model)])
      return embedPart(work, {
        tools,
        model: loaded,
        ...unitsOf(call),
        handOver: call.handOver,
        ...optionsOf(call),
      })
    },
    async cutPart(work, call) {
      const { cutTexts } = await import('./parts/texts.ts')
      return cutTexts(work, { ...unitsOf(call), handOver: call.handOver, ...optionsOf(call) })
    },
    async embedDocument(work, call) {
      const [rooms, { embedding }, loaded] = await Promise.all([
        import('./embedDocument.ts'),
        import('./embedPieces.ts'),
        model(work.model),
      ])
      const { handOver } = call
      const maker = embedding(loaded)
      return rooms.embedDocument(work, { tools, maker, ...unitsOf(call), handOver, ...optionsOf(call) })
    },
    async cutDocument(work, call) {
      const [rooms, { cutting }] = await Promise.all([
        import('./embedDocument.ts'),
        import('./embedPieces.ts'),
      ])
      const { handOver } = call
      return rooms.embedDocument(work, {
        tools,
        maker: cutting,
        ...unitsOf(call),
        handOver,
        ...optionsOf(call),
      })
    },
    embedTexts: ({ model: pin, texts, use }) =>
      firstLane.serve(async () => (await model(pin)).text(texts, use)),
    async embedBatch({ model: pin, texts }, call) {
      const [{ embedBatch }, loaded] = await Promise.all([import('./embedBatch.ts'), model(pin)])
      return embedBatch(texts, { model: loaded, ...unitsOf(call) })
    },
    embedMixture: (work, call) =>
      firstLane.serve(() =>
        oneAtATime('picture', async () => {
          const [{ embedMixture }, loaded] = await Promise.all([
            import('./mixture/embedMixture.ts'),
            model(work.model),
          ])
          const units = { ...unitsOf(call), betweenUnits: turnOf(call) }
          return embedMixture(work, { tools, model: loaded, ...units, ...optionsOf(call) })
        }),
      ),
    // One at a time: a picture as large as the limit allows takes hundreds of megabytes while it is decoded.
    embedPicture: ({ model: pin, file, text }, call) =>
      firstLane.serve(() =>
        oneAtATime('picture', async () => {
          call.signal.throwIfAborted()
          const [{ readPicture }, loaded] = await Promise.all([import('../media/picture.ts'), model(pin)])
          const picture = await readPicture(tools, file, inputOf(loaded.facts).pictureSize, optionsOf(call))
          return text === undefined
            ? loaded.image(picture)
            : loaded.fused({ picture, transcription: { text } })
        }),
      ),
  }
}

/** Gives others a turn, and ends with the call. */
const turnOf =
  ({ signal }: Pick<CallTools, 'signal'>) =>
  async () => {
    await setImmediate()
    signal.throwIfAborted()
  }

/** Loads each model once, when it is first asked for. */
function makeModelShelf(
  settings: ModelSettings,
): (pin: ModelPin, onProgress?: LoadProgress) => Promise<EmbeddingModel> {
  const loaded = new Map<string, Promise<EmbeddingModel>>()
  return ({ id, revision }, onProgress) => {
    const key = JSON.stringify([id, revision])
    const model =
      loaded.get(key) ??
      timed({ what: 'load', of: id }, {}, () => load(settings, { id, revision }, onProgress)).then(timedModel)
    loaded.set(key, model)
    // A model that could not be loaded may be there the next time.
    model.catch(() => loaded.delete(key))
    return model
  }
}

async function load(
  settings: ModelSettings,
  pin: ModelPin,
  onProgress?: LoadProgress,
): Promise<EmbeddingModel> {
  const [{ openRegistry }, { findModelFiles }] = await Promise.all([
    import('../models/registry.ts'),
    import('../modelFiles/findModelFiles.ts'),
  ])
  return openRegistry(settings, findModelFiles).load(pin, onProgress)
}
