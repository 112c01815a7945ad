import { makeKeyedMutex } from '../lib/keyedMutex.ts'
import { inputOf, type EmbeddingModel } from '../domain/model.ts'
import type { ModelPin } from '../domain/work.ts'
import type { ModelSettings } from '../models/settings.ts'
import { makeFirstLane } from './firstLane.ts'
import type { ChildSettings } from './protocol.ts'
import type { CallTools, Handlers } from './serveParent.ts'

/** What a child does for each request. Everything heavy is loaded by the first request that needs it. */
export function makeHandlers({ tools, limits, models }: ChildSettings): Handlers {
  const model = makeModelShelf(models)
  const firstLane = makeFirstLane()
  const onePicture = makeKeyedMutex()
  const optionsOf = ({ signal }: Pick<CallTools, 'signal'>) => ({ limits, signal })
  const unitsOf = ({ signal, unitDone }: Pick<CallTools, 'signal' | 'unitDone'>) => ({
    onProgress: unitDone,
    async betweenUnits() {
      await firstLane.letPass()
      signal.throwIfAborted()
    },
  })

  return {
    async inspect({ file }, call) {
      const { inspect } = await import('../media/inspect.ts')
      return inspect(tools, file, optionsOf(call))
    },
    async readCues({ file, stream }, call) {
      const { readCues } = await import('../media/cues.ts')
      return readCues(tools, file, stream, optionsOf(call))
    },
    async embedSlices(work, call) {
      const [{ embedSlices }, loaded] = await Promise.all([import('./embedSlices.ts'), model(work.model)])
      await embedSlices(work, {
        tools,
        model: loaded,
        ...unitsOf(call),
        handOver: call.handOver,
        ...optionsOf(call),
      })
      return undefined
    },
    async embedDocument(work, call) {
      const [{ embedDocument }, loaded] = await Promise.all([import('./embedDocument.ts'), model(work.model)])
      return embedDocument(work, {
        tools,
        model: loaded,
        ...unitsOf(call),
        handOver: call.handOver,
        ...optionsOf(call),
      })
    },
    embedTexts: ({ model: pin, texts, use }) =>
      firstLane.serve(async () => (await model(pin)).text(texts, use)),
    // One at a time: a picture as large as the limit allows takes hundreds of megabytes while it is decoded.
    embedPicture: ({ model: pin, file }, call) =>
      firstLane.serve(() =>
        onePicture('picture', async () => {
          call.signal.throwIfAborted()
          const [{ readPicture }, loaded] = await Promise.all([import('../media/picture.ts'), model(pin)])
          return loaded.image(
            await readPicture(tools, file, inputOf(loaded.facts).pictureSize, optionsOf(call)),
          )
        }),
      ),
  }
}

/** Loads each model once, when it is first asked for. */
function makeModelShelf(settings: ModelSettings): (pin: ModelPin) => Promise<EmbeddingModel> {
  const loaded = new Map<string, Promise<EmbeddingModel>>()
  return ({ id, revision }) => {
    const key = JSON.stringify([id, revision])
    const model = loaded.get(key) ?? load(settings, { id, revision })
    loaded.set(key, model)
    // A model that could not be loaded may be there the next time.
    model.catch(() => loaded.delete(key))
    return model
  }
}

async function load(settings: ModelSettings, pin: ModelPin): Promise<EmbeddingModel> {
  const [{ openRegistry }, { findModelFiles }] = await Promise.all([
    import('../models/registry.ts'),
    import('../modelFiles/findModelFiles.ts'),
  ])
  return openRegistry(settings, findModelFiles).load(pin)
}
