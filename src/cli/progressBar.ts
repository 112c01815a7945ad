import type { Output } from './command.ts'

const WIDTH = 24

export interface ProgressBar {
  /** True when it is drawn over, so that a label may change at any time. */
  isLive: boolean
  /** Draws how far it is; `fraction` is from 0 to 1. On a terminal the line is drawn over. */
  show(label: string, fraction: number): void
  /** Ends the line with what came of it. */
  done(text: string): void
}

/** A live bar on a terminal; elsewhere plain lines, one for each new label and each further quarter. */
export function progressBar(output: Pick<Output, 'write' | 'isTerminal'>): ProgressBar {
  let last = ''
  return {
    isLive: output.isTerminal,
    show(label, fraction) {
      const percent = Math.round(100 * Math.min(1, Math.max(0, fraction)))
      if (output.isTerminal) {
        const full = Math.round((WIDTH * percent) / 100)
        output.write(
          `\r\u001B[2K   ${label.padEnd(22)} [${'#'.repeat(full).padEnd(WIDTH, '-')}] ${percent} %`,
        )
        return
      }
      const line = `   ${label} ${25 * Math.floor(percent / 25)} %`
      if (line !== last) output.write(`${line}\n`)
      last = line
    },
    done(text) {
      output.write(`${output.isTerminal ? '\r\u001B[2K' : ''}   ${text}\n`)
      last = ''
    },
  }
}
