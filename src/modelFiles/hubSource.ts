import type { Clock } from '../lib/clock.ts'
import { fetchFile } from './fetchFile.ts'
import type { HubRequests } from './hubRequests.ts'
import { listRepository } from './listRepository.ts'
import type { Source } from './source.ts'

interface HubParts {
  clock: Clock
  /** A number from 0 up to 1, for the jitter of pauses. */
  random: () => number
}

/** The Hugging Face hub, or a mirror of it that has its list of files too. */
export const hubSource = (requests: HubRequests, { clock, random }: HubParts): Source => ({
  origin: requests.host,
  list: (entry, signal) => listRepository(requests, entry, { clock, random, signal, onSetback: () => {} }),
  fetch(entry, name, fetching) {
    const { signal, onSetback } = fetching
    const address = `/${entry.repository}/resolve/${entry.commit}/${name}`
    return fetchFile(requests, { ...fetching, address, name }, { clock, random, signal, onSetback })
  },
})
