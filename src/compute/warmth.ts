import type { EmbedlineError } from '../domain/errors.ts'
import type { Readiness } from '../domain/compute.ts'

/** How far the children are with loading the model that they are to have at hand. */
export interface Warmth<Child> {
  /** Makes a child load the model, unless it has it or is about to. */
  warm(child: Child): void
  forget(child: Child): void
  /** Of the child that is furthest. A child that could not load it tries again when this is asked. */
  readiness(children: Iterable<Child>): Readiness
}

export interface WarmthParts<Child> {
  /** Loads the model in a child, telling how much of it is there, from 0 to 1. */
  load: (child: Child, onProgress: (fraction: number) => void) => Promise<void>
  /** Is told why a child could not load it. */
  onFailure: (failure: EmbedlineError) => void
}

type State =
  | { name: 'loading'; fraction: number; before?: string }
  | { name: 'ready' }
  | { name: 'failed'; message: string }

export function makeWarmth<Child>({ load, onFailure }: WarmthParts<Child>): Warmth<Child> {
  const states = new Map<Child, State>()

  function warm(child: Child) {
    const before = states.get(child)
    if (before && before.name !== 'failed') return
    const loading: State = { name: 'loading', fraction: 0, ...(before && { before: before.message }) }
    states.set(child, loading)
    const set = (state: State) => states.has(child) && states.set(child, state)
    load(child, (fraction) => (loading.fraction = fraction)).then(
      () => set({ name: 'ready' }),
      (failure: EmbedlineError) => {
        // A child that ends is forgotten; why it ended is said elsewhere.
        if (!set({ name: 'failed', message: failure.message })) return
        onFailure(failure)
      },
    )
  }

  function readiness(children: Iterable<Child>): Readiness {
    const known = [...children].flatMap((child) => states.get(child) ?? [])
    for (const child of children) if (states.get(child)?.name === 'failed') warm(child)
    if (known.some(({ name }) => name === 'ready')) return { state: 'ready' }
    const fractions = known.map((state) => (state.name === 'loading' ? state.fraction : 0))
    const messages = known.map((state) =>
      state.name === 'failed' ? state.message : state.name === 'loading' ? state.before : undefined,
    )
    const message = messages.find((each) => each !== undefined)
    const fraction = Math.max(0, ...fractions)
    return message === undefined || fraction > 0
      ? { state: 'loading', fraction }
      : { state: 'failed', message }
  }

  return { warm, forget: (child) => void states.delete(child), readiness }
}
