import { EmbedlineError } from '../../../domain/errors.ts'
import type { ModelFacts } from '../../../domain/model.ts'
import type { ModelHere } from '../../../modelFiles/lookAtModel.ts'
import type { Pull } from '../../../modelFiles/pulls.ts'
import { readJson } from '../readRequest.ts'
import { PullOrder } from './schemas.ts'
import type { Handler } from '../route.ts'

const BODY_BYTES = 10_000

/** `GET /models`: what this server can embed with, and what it could pull. For every account. */
export const listModels: Handler = async ({ parts }) => {
  const { models, modelFiles } = parts
  const here = new Map(modelFiles.list().map((each) => [each.entry.id, each]))
  const known = new Map(models.all.map((facts) => [facts.id, facts]))
  const ids = [...new Set([...known.keys(), ...here.keys()])]
  return {
    models: ids.map((id) => {
      const facts = known.get(id)
      const problem = facts && models.problem(facts)
      const files = here.get(id)
      return {
        id,
        // Files may be whole, and the model not usable all the same: in another precision than the server loads.
        state: files && files.state !== 'ready' ? files.state : problem ? 'unusable' : 'ready',
        in_use: modelFiles.isInUse(id),
        ...(problem && { problem: problem.message }),
        ...(facts && presentFacts(facts)),
        ...(files && presentFiles(files)),
      }
    }),
  }
}

/** `POST /models/pull`: answers at once; the same pull, when it runs already, is answered again. */
export const pullModel: Handler = async (call) => {
  const { parts, request, reply } = call
  const { model, precision } = await readJson(request, PullOrder, BODY_BYTES)
  const pull = parts.modelFiles.pull(model, precision ?? undefined)
  reply.code(202).header('location', `/api/models/pull/${pull.id}`)
  return presentPull(pull)
}

/** `GET /models/pull/{pull}`: how far it is now. */
export const getPull: Handler = async (call) => {
  const { pull: id } = call.request.params as { pull: string }
  return presentPull(call.parts.modelFiles.findPull(id) ?? noPull(id))
}

/** `DELETE /models/pull/{pull}`: answers when it has stopped. What was fetched stays for the next one. */
export const stopPull: Handler = async (call) => {
  const { pull: id } = call.request.params as { pull: string }
  return presentPull((await call.parts.modelFiles.stopPull(id)) ?? noPull(id))
}

/** `DELETE /models/{model}`: its files go, its pins stay unless `forget`. */
export const removeModel: Handler = async (call) => {
  const { parts, request, reply } = call
  const { model } = request.params as { model: string }
  const { force, forget } = request.query as Readonly<Record<string, unknown>>
  const options = { isForced: force === 'true', forget: forget === 'true' }
  if (!(await parts.modelFiles.remove(model, options)))
    throw new EmbedlineError('not_found', `Nothing of the model ${model} is here.`)
  return reply.code(204).send()
}

const noPull = (id: string): never => {
  throw new EmbedlineError('not_found', `There is no pull ${id}.`)
}

const presentFacts = ({ revision, precision, spaces, caveat }: ModelFacts) => ({
  revision,
  precision,
  spaces,
  ...(caveat !== undefined && { caveat }),
})

const presentFiles = ({ entry, precisions, sizeBytes, faults }: ModelHere) => ({
  repository: entry.repository,
  commit: entry.commit,
  licence: entry.licence,
  files: {
    size_bytes: sizeBytes,
    precisions,
    faults: faults.map(({ file, kind, message }) => ({ file, kind, message })),
  },
  estimated_bytes: entry.estimatedBytes,
})

const presentPull = ({ id, model, precision, state, startedMs, endedMs, progress, failure }: Pull) => ({
  id,
  model,
  precision,
  state,
  phase: progress.phase,
  done_bytes: progress.doneBytes,
  total_bytes: progress.totalBytes,
  ...(progress.file !== undefined && { file: progress.file }),
  ...(progress.bytesPerSec !== undefined && { bytes_per_sec: progress.bytesPerSec }),
  ...(progress.setback !== undefined && { setback: progress.setback }),
  ...(failure && { error: failure }),
  started_at: new Date(startedMs).toISOString(),
  ...(endedMs !== undefined && { ended_at: new Date(endedMs).toISOString() }),
})
