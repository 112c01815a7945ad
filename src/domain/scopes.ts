// What a key may do, from the least to the most.
const MEANING = {
  read: 'sees what the account has, searches it, and embeds at once',
  write: 'creates, changes and removes tasks, assets, buckets and uploads',
  keys: 'makes, changes and revokes keys of its account, none that may do more than itself',
  admin: 'does everything, for every account, as the key in admin.key does',
} as const

export type Scope = keyof typeof MEANING

export const SCOPES = Object.keys(MEANING) as readonly Scope[]

/** For people: what comes after "a key with this scope". */
export const meaningOfScope = (scope: Scope): string => MEANING[scope]

/** What keys have that the operator lists: all that concerns their account. */
export const ACCOUNT_SCOPES: readonly Scope[] = ['read', 'write', 'keys']

/** Whether a key with these scopes may do what asks for this one. */
export const holds = (held: readonly Scope[], scope: Scope): boolean =>
  held.includes(scope) || held.includes('admin')

/** Whether a key with these scopes may give away, or take away, those. */
export const holdsAll = (held: readonly Scope[], scopes: readonly Scope[]): boolean =>
  scopes.every((scope) => holds(held, scope))
