import { wantsFile, type Place } from './places.ts'

/** For bash 3.2, which macOS has, and later. */
export const bashScript = (places: readonly Place[]): string => `# embedline completion bash
_embedline() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} path= i
  local choices= flags= values= files= operands=
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path\${COMP_WORDS[i]}" in
      ${places
        .filter(({ words }) => words !== '')
        .map(({ words }) => `'${words}'`)
        .join(' | ')})
        path="$path\${COMP_WORDS[i]} " ;;
    esac
  done
  case "$path" in
${places.map(caseOf).join('\n')}
  esac
  COMPREPLY=()
  # The value of the flag before it: a file, or something that only the user knows.
  case " $files " in *" $before "*) COMPREPLY=($(compgen -f -- "$word")); compopt -o filenames 2>/dev/null; return ;; esac
  case " $values " in *" $before "*) return ;; esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$word")) ;;
    *) COMPREPLY=($(compgen -W "$choices" -- "$word"))
      if [ -n "$operands" ]; then COMPREPLY+=($(compgen -f -- "$word")); compopt -o filenames 2>/dev/null; fi ;;
  esac
  # Where nothing else is known, what is left are the flags.
  if [ -z "$word" ] && [ \${#COMPREPLY[@]} -eq 0 ]; then COMPREPLY=($(compgen -W "$flags")); fi
}
complete -F _embedline embedline
`

function caseOf({ words, choices, flags, takesFiles }: Place): string {
  const named = (those: Place['flags']) => those.map(({ name }) => `--${name}`).join(' ')
  const settings = [
    `choices='${choices.map(([word]) => word).join(' ')}'`,
    `flags='${named(flags)}'`,
    `values='${named(flags.filter(({ placeholder }) => placeholder !== undefined))}'`,
    `files='${named(flags.filter(wantsFile))}'`,
    ...(takesFiles ? ['operands=1'] : []),
  ]
  return `    '${words === '' ? '' : `${words} `}') ${settings.join(' ')} ;;`
}
