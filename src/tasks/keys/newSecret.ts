import { randomBytes } from 'node:crypto'

/** What a caller will have to prove to have: 192 bits of chance, told from other secrets by how it begins. */
export const newSecret = (): string => `el_${randomBytes(24).toString('base64url')}`
