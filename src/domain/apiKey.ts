import type { Scope } from './scopes.ts'

/** A key as it is known; the secret itself is not kept. */
export interface ApiKey {
  id: string
  accountId: string
  /** `config`: valid while the operator lists it. `made`: through this server, by whoever may. */
  source: 'config' | 'made'
  /** What people call it. */
  name: string
  /** How the secret begins, to tell keys apart; empty where that would tell too much of it. */
  hint: string
  scopes: readonly Scope[]
  /** Its own limit, in the place of the one that all keys have. */
  requestsPerMinute?: number
  /** The id of the key that made it. */
  createdBy?: string
  createdMs: number
  /** Not valid from then on. */
  expiresMs?: number
  revokedMs?: number
  /** To the minute. */
  lastUsedMs?: number
}

export type KeyState = 'active' | 'expired' | 'revoked'

export const KEY_STATES = ['active', 'expired', 'revoked'] as const satisfies readonly KeyState[]

export function keyStateAt(
  { revokedMs, expiresMs }: Pick<ApiKey, 'revokedMs' | 'expiresMs'>,
  nowMs: number,
): KeyState {
  if (revokedMs !== undefined) return 'revoked'
  return expiresMs !== undefined && expiresMs <= nowMs ? 'expired' : 'active'
}

const HINT_CHARACTERS = 7
const HINTED_CHARACTERS = 24

/** How a secret begins, when enough of it stays unsaid. */
export const hintOf = (secret: string): string =>
  secret.length >= HINTED_CHARACTERS ? secret.slice(0, HINT_CHARACTERS) : ''
