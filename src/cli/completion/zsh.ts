import { shortly, wantsFile, type Place } from './places.ts'

/** To be evaluated after compinit, or put into a folder of \`fpath\` as \`_embedline\`. */
export const zshScript = (places: readonly Place[]): string => `#compdef embedline
_embedline() {
  local place= i
  local -a choices flags
  local values= files= operands=
  for ((i = 2; i < CURRENT; i++)); do
    case "$place\${words[i]}" in
      ${places
        .filter(({ words }) => words !== '')
        .map(({ words }) => `'${words}'`)
        .join(' | ')})
        place="$place\${words[i]} " ;;
    esac
  done
  case "$place" in
${places.map(caseOf).join('\n')}
  esac
  local before=\${words[CURRENT-1]}
  if [[ " $files " == *" $before "* ]]; then _files; return; fi
  if [[ " $values " == *" $before "* ]]; then _message 'value'; return; fi
  if [[ "\${words[CURRENT]}" == -* ]]; then _describe 'flag' flags; return; fi
  (( \${#choices} )) && _describe 'command' choices
  if [[ -n "$operands" ]]; then _files; fi
  if [[ -z "$operands" ]] && (( ! \${#choices} )); then _describe 'flag' flags; fi
}
if [[ "\${funcstack[1]}" == _embedline ]]; then _embedline "$@"; else compdef _embedline embedline; fi
`

function caseOf({ words, choices, flags, takesFiles }: Place): string {
  const named = (those: Place['flags']) => those.map(({ name }) => `--${name}`).join(' ')
  const listed = (rows: Place['choices']) =>
    rows.map(([word, meaning]) => `'${word}${meaning && `:${shortly(meaning)}`}'`).join(' ')
  return [
    `    '${words === '' ? '' : `${words} `}')`,
    `      choices=(${listed(choices)})`,
    `      flags=(${listed(flags.map(({ name, meaning }) => [`--${name}`, meaning]))})`,
    `      values='${named(flags.filter(({ placeholder }) => placeholder !== undefined))}' files='${named(flags.filter(wantsFile))}'${takesFiles ? ' operands=1' : ''} ;;`,
  ].join('\n')
}
