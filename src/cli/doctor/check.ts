/** What one look found. `fail`: the server can't work like this; `warn`: it can, but something will be missed. */
export interface Check {
  name: string
  state: 'ok' | 'warn' | 'fail'
  message: string
  /** What to do about it. */
  advice?: string
  /** What `--fix` does about it. */
  fix?: Fix
}

/** A repair that loses nothing. Named before it is done. */
export interface Fix {
  /** As in `make the folder /srv/data`. */
  what: string
  run: () => Promise<void>
}
