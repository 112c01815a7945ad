import type { LoadedVector, Loader, TaskChanges, TaskSource, VectorPlace } from './loader.ts'
import { makeMatrix, type Matrix } from './matrix.ts'
import { nearestGroups } from './nearestGroups.ts'
import type { Grouped, TaskHit, TaskSearchOrder } from './order.ts'

/** What is held of a set of vectors of tasks, or of one task in it. */
export interface HeldTasks {
  /** Memory taken, about. */
  readonly sizeBytes: number
  /**
   * Takes in what has changed, unless the version is held already. False when the set is not there. What was taken in is
   * useless after a failure.
   */
  update(needs: { version: number }): Promise<boolean>
  /** The groups with the nearest vectors; those of `assets` alone when there are any. */
  find(order: TaskSearchOrder, assets?: ReadonlySet<string>): Grouped<TaskHit>
}

interface HeldTask {
  id: string
  assetId?: string
  /** Of all tasks of its asset. */
  group: number
  /** Of its vectors; their place in this list is their ordinal in the matrix. */
  places: VectorPlace[]
  /** True when there are vectors of smaller parts than the whole. */
  hasParts: boolean
}

/** About what a place takes, and a task with its names. */
const PLACE_BYTES = 80
const TASK_BYTES = 400

/** An empty set. In the matrix a task is a file, by a number that it has here. */
export function makeHeldTasks(source: TaskSource, loader: Loader, turn: () => Promise<void>): HeldTasks {
  let held: { version: number; matrix: Matrix } | undefined
  /** Of those that are held. */
  const numbers = new Map<string, number>()
  const tasks: (HeldTask | undefined)[] = []
  const groups = new Map<string, number>()
  let groupCount = 0

  function drop(matrix: Matrix, isGone: (taskId: string) => boolean): void {
    const gone = new Set<number>()
    for (const [id, number] of numbers) if (isGone(id)) gone.add(number)
    if (gone.size === 0) return
    matrix.remove(gone)
    for (const number of gone) {
      numbers.delete(tasks[number]?.id ?? '')
      tasks[number] = undefined
    }
  }

  function taskOf({ taskId: id, assetId }: LoadedVector): { number: number; task: HeldTask } {
    const number = numbers.get(id) ?? tasks.length
    const task = tasks[number] ?? {
      id,
      ...(assetId !== undefined && { assetId }),
      group: groupNamed(assetId === undefined ? `task ${id}` : `asset ${assetId}`),
      places: [],
      hasParts: false,
    }
    tasks[number] = task
    numbers.set(id, number)
    return { number, task }
  }

  function groupNamed(name: string): number {
    const group = groups.get(name) ?? groupCount++
    groups.set(name, group)
    return group
  }

  /** Names of groups of which nothing is held any more. */
  function forgetGroups(): void {
    const used = new Set(tasks.map((task) => task?.group))
    for (const [name, group] of groups) if (!used.has(group)) groups.delete(name)
  }

  async function takeIn({ version, dimension, remaining, changed, pages }: TaskChanges): Promise<void> {
    const matrix = held?.matrix ?? makeMatrix(dimension)
    drop(matrix, (id) => changed.has(id) || (remaining !== undefined && !remaining.has(id)))
    for await (const page of pages) {
      for (const row of page) {
        const { number, task } = taskOf(row)
        const { scope, modality, position, endMs } = row
        matrix.add({ fileId: number, ordinal: task.places.length }, row.vector)
        task.places.push({ scope, modality, position, endMs })
        if (scope !== 'asset') task.hasParts = true
      }
      // Others are searched meanwhile.
      await turn()
    }
    if (remaining) forgetGroups()
    held = { version, matrix }
  }

  function hitOf(number: number, ordinal: number, cosine: number): TaskHit {
    const task = tasks[number]
    const place = task?.places[ordinal]
    if (!task || !place) throw new Error('the matrix has a vector of a task that is not held')
    return { taskId: task.id, ...(task.assetId !== undefined && { assetId: task.assetId }), ...place, cosine }
  }

  return {
    get sizeBytes() {
      const { rowCount = 0, sizeBytes = 0 } = held?.matrix ?? {}
      return sizeBytes + rowCount * PLACE_BYTES + numbers.size * TASK_BYTES
    },
    async update({ version }) {
      if (held && held.version >= version) return true
      return loader.taskChanges(source, held?.version ?? 0, takeIn)
    },
    find(order, assets) {
      const matrix = held?.matrix
      if (!matrix || matrix.rowCount === 0) return { groups: [], vectorCount: 0, exactCount: 0 }
      const isWanted = filterOf(order, assets, tasks)
      const found = nearestGroups(matrix, order.vector, {
        ...order,
        isWanted,
        groupOf: (number) => tasks[number]?.group ?? 0,
        placeOf: (number, ordinal) => placeName(tasks[number]?.places[ordinal]),
      })
      return {
        groups: found.groups.map((hits) =>
          hits.map(({ fileId, ordinal, cosine }) => hitOf(fileId, ordinal, cosine)),
        ),
        vectorCount: matrix.rowCount,
        ...(order.counts === true && { matchingCount: matrix.count(isWanted) }),
        kernel: matrix.kernel,
        exactCount: found.exactCount,
      }
    },
  }
}

/** The same moment in several modalities, or by several tasks of one asset, is one place. */
const placeName = (place: VectorPlace | undefined): string =>
  place ? `${place.scope} ${place.position} ${place.endMs}` : ''

type IsWanted = (number: number, ordinal: number) => boolean

/** What of the tasks an order leaves; undefined: all of it. */
function filterOf(
  { taskIds, notTaskIds, modalities, scopes, startMs, endMs }: TaskSearchOrder,
  assets: ReadonlySet<string> | undefined,
  tasks: readonly (HeldTask | undefined)[],
): IsWanted {
  const some = taskIds && new Set(taskIds)
  const others = notTaskIds && new Set(notTaskIds)
  const isTaskWanted = ({ id, assetId }: HeldTask) =>
    (!some || some.has(id)) && !others?.has(id) && (!assets || (assetId !== undefined && assets.has(assetId)))
  const wanted = tasks.map((task) => task !== undefined && isTaskWanted(task))
  const isTimed = startMs !== undefined || endMs !== undefined
  const overlaps = ({ scope, position, endMs: end }: VectorPlace) =>
    TIMED.has(scope) && end > (startMs ?? 0) && position < (endMs ?? Infinity)
  return (number, ordinal) => {
    const task = tasks[number]
    const place = task?.places[ordinal]
    if (!task || !place || wanted[number] !== true) return false
    if (scopes ? !scopes.includes(place.scope) : place.scope === 'asset' && task.hasParts) return false
    return (modalities?.includes(place.modality) ?? true) && (!isTimed || overlaps(place))
  }
}

const TIMED: ReadonlySet<VectorPlace['scope']> = new Set(['clip', 'asset'])
