type Part =
  | { kind: 'character'; character: string }
  /** `?`: one character that is no slash. */
  | { kind: 'one' }
  /** `*`: any characters but slashes. */
  | { kind: 'some' }
  /** `**`: any characters. */
  | { kind: 'any' }
  /** `**` and a slash at the start of a part of a path: any folders, or none. */
  | { kind: 'folders' }

const TOKEN = /\*\*\/|\*+|[^*]/gsu

/**
 * Says whether a key fits a pattern. `*` stands for any characters but slashes, `**` for any, `?` for one that is no
 * slash; `**` followed by a slash also for no folder at all. A pattern without a slash is held against the last part of
 * the key: `*.pdf` fits in every folder. Case counts. Time is at most the product of both lengths.
 */
export function keyPattern(pattern: string): (key: string) => boolean {
  const parts = partsOf(pattern)
  const isForNames = !pattern.includes('/')
  return (key) => fits(parts, isForNames ? key.slice(key.lastIndexOf('/') + 1) : key)
}

function partsOf(pattern: string): Part[] {
  let before = '/'
  return (pattern.match(TOKEN) ?? []).flatMap((token): Part[] => {
    const isAtStart = before === '/'
    before = token.slice(-1)
    if (token === '?') return [{ kind: 'one' }]
    if (token === '*') return [{ kind: 'some' }]
    if (token === '**/')
      return isAtStart ? [{ kind: 'folders' }] : [{ kind: 'any' }, { kind: 'character', character: '/' }]
    return token.startsWith('*') ? [{ kind: 'any' }] : [{ kind: 'character', character: token }]
  })
}

// All places in the pattern that a beginning of the key can have led to are followed at once, so nothing is tried twice.
function fits(parts: readonly Part[], key: string): boolean {
  let places = new Uint8Array(parts.length + 1)
  let next = new Uint8Array(parts.length + 1)
  reach(places, parts, 0)
  for (const character of key) {
    next.fill(0)
    for (let place = 0; place < parts.length; place++)
      if (places[place] === 1) step(next, parts, place, character)
    ;[places, next] = [next, places]
  }
  return places[parts.length] === 1
}

function reach(places: Uint8Array, parts: readonly Part[], place: number): void {
  places[place] = 1
  const kind = parts[place]?.kind
  if (kind === 'some' || kind === 'any' || kind === 'folders') reach(places, parts, place + 1)
}

function step(next: Uint8Array, parts: readonly Part[], place: number, character: string): void {
  const part = parts[place]
  switch (part?.kind) {
    case 'character':
      if (character === part.character) reach(next, parts, place + 1)
      return
    case 'one':
      if (character !== '/') reach(next, parts, place + 1)
      return
    case 'some':
      if (character !== '/') reach(next, parts, place)
      return
    case 'any':
      reach(next, parts, place)
      return
    case 'folders':
      // Inside a folder's name nothing behind it is reached, only after its slash.
      next[place] = 1
      if (character === '/') reach(next, parts, place + 1)
      return
    case undefined:
  }
}
