import type { ItemKind } from '../domain/itemKinds.ts'
import type { Room } from '../queue/claimRound.ts'

/** Short work that others wait for. */
const CONTROL_ITEMS = 4

/** Going through a bucket takes long, and must not hold up the short work. */
const LISTINGS = 2

/** A crawl waits for the net most of the time. */
const CRAWLS = 4

/** Fetches wait for other servers, some for very long, and cost next to nothing meanwhile. */
const FETCHES = 16

/** A file that came in parts is read as a whole for its hash: more at once would only wait for the same disk. */
const ASSEMBLIES = 2

/** A compute child has the next documents at hand: a small one is done sooner than the next one is claimed. */
const DOCUMENTS_A_CHILD = 64

/** The lines of a batch that are worked on are held in memory: enough that a child has the next ones at hand. */
const STRETCHES_A_CHILD = 4

/** Going through the file of a batch, or putting one together. */
const BATCHES = 2

export interface Machine {
  /** How many compute children it has. */
  computeCount: number
  /** What it works on. */
  kinds: readonly ItemKind[]
}

/** What may start on a machine beside what is held there. */
export const roomsBeside = (held: readonly { kind: ItemKind }[], { computeCount, kinds }: Machine): Room[] =>
  allRooms(held, computeCount).flatMap((room) => {
    const own = room.kinds.filter((kind) => kinds.includes(kind))
    return own.length === 0 ? [] : [{ ...room, kinds: own }]
  })

function allRooms(held: readonly { kind: ItemKind }[], computeCount: number): Room[] {
  const count = (...kinds: readonly ItemKind[]) => held.filter(({ kind }) => kinds.includes(kind)).length
  const room = (kinds: readonly ItemKind[], lane: number, capacity: number): Room => ({
    kinds,
    lanes: [lane],
    free: capacity - count(...kinds),
  })
  const documents = room(['document'], 2, DOCUMENTS_A_CHILD * computeCount)
  // Claimed by the half, so that not every document that ends costs a claim.
  const isHalfFull = documents.free < (DOCUMENTS_A_CHILD * computeCount) / 2
  const stretches = STRETCHES_A_CHILD * computeCount - count('lines')
  // In one lane, so that each account has its turn whichever of both it has queued; others' items are not looked through.
  const bulk = isHalfFull ? 0 : Math.max(0, Math.min(stretches, documents.free))
  return [
    { ...room(['inspect', 'plan', 'finish', 'conclude', 'retry'], 0, CONTROL_ITEMS), readsInputs: true },
    room(['list'], 0, LISTINGS),
    room(['crawl'], 0, CRAWLS),
    room(['fetch'], 3, FETCHES),
    room(['assemble'], 3, ASSEMBLIES),
    { ...room(['part', 'slice'], 1, computeCount), readsInputs: true },
    room(['check', 'gather'], 0, BATCHES),
    { kinds: ['document', 'lines'], lanes: [2], free: bulk },
    { ...documents, free: isHalfFull ? 0 : documents.free - bulk },
  ]
}
