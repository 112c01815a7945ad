import { closeAll, type Opened } from '../lib/closing.ts'
import type { Command } from './command.ts'
import { tellStory } from './demo/story.ts'
import { EXIT } from './exit.ts'
import { settingFlags } from './settingFlags.ts'
import { exitCodeOf, untilSignal } from './untilSignal.ts'

export const demo: Command = {
  usage: 'demo [video or sound file] [flags]',
  description:
    'Starts a server of its own on a free port, embeds a video (one that it makes, or yours) through the official\n' +
    'client where that is installed, finds a moment by words and a scene by a picture, and removes everything again.',
  flags: [
    { name: 'keep', meaning: 'Leaves the server running until Ctrl-C, and prints its URL and key.' },
    ...settingFlags(['ffmpeg']),
  ],
  operandLimit: 1,
  async run({ values, switches, operands }, output) {
    const waiting = untilSignal()
    const opened: Opened[] = []
    const keep = switches.has('keep')
    try {
      await tellStory({ flags: values, file: operands[0], keep, output, signal: waiting.signal, opened })
      if (keep) await waiting.first
      return EXIT.done
    } catch (error) {
      if (!waiting.signal.aborted) throw error
      output.write('\nInterrupted.\n')
      return exitCodeOf(await waiting.first)
    } finally {
      await closeAll(opened)
      if (opened.length > 0) output.write('The server is stopped and its folder is removed.\n')
      waiting.dispose()
    }
  },
}
