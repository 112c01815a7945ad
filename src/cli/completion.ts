import { EmbedlineError } from '../domain/errors.ts'
import type { Command, Commands } from './command.ts'
import { bashScript } from './completion/bash.ts'
import { fishScript } from './completion/fish.ts'
import { placesOf, type Place } from './completion/places.ts'
import { zshScript } from './completion/zsh.ts'
import { EXIT } from './exit.ts'

const SHELLS: Readonly<Record<string, (places: readonly Place[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

/** The command that prints a shell's completion of these commands. */
export const completionOf = (commands: Commands): Command => ({
  usage: 'completion bash|zsh|fish',
  description:
    'Prints a script that makes the shell complete commands, flags and files. In the start-up file of the shell:\n' +
    '  bash   eval "$(embedline completion bash)"\n' +
    '  zsh    eval "$(embedline completion zsh)"    after compinit\n' +
    '  fish   embedline completion fish | source',
  flags: [],
  operands: Object.keys(SHELLS),
  operandLimit: 1,
  async run({ operands: [shell = ''] }, output) {
    const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined
    if (script === undefined)
      throw new EmbedlineError('request_invalid', `which shell? ${Object.keys(SHELLS).join(', ')}`)
    output.write(script(await placesOf(commands)))
    return EXIT.done
  },
})
