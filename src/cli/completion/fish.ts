import { shortly, wantsFile, type Place } from './places.ts'

/** For fish 3 and later. */
export const fishScript = (places: readonly Place[]): string => `# embedline completion fish
function __embedline_at
  set -l place
  for word in (commandline -opc)[2..-1]
    switch (string join -- ' ' $place $word)
      case ${places
        .filter(({ words }) => words !== '')
        .map(({ words }) => `'${words}'`)
        .join(' ')}
        set -a place $word
    end
  end
  set -l here (string join -- ' ' $place)
  test "$here" = "$argv[1]"
end
complete -c embedline -f
${places.flatMap(linesOf).join('\n')}
`

function linesOf({ words, choices, flags, takesFiles }: Place): string[] {
  const here = `complete -c embedline -n "__embedline_at '${words}'"`
  const told = (meaning: string) => (meaning === '' ? '' : ` -d '${shortly(meaning)}'`)
  return [
    ...choices.map(([word, meaning]) => `${here} -a ${word}${told(meaning)}`),
    ...flags.map((flag) => {
      const value = flag.placeholder === undefined ? '' : wantsFile(flag) ? ' -r -F' : ' -x'
      return `${here} -l ${flag.name}${value}${told(flag.meaning)}`
    }),
    ...(takesFiles ? [`${here} -F`] : []),
  ]
}
