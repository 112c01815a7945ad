import type { CommandLine, Flag, Output } from '../command.ts'
import { isPrinted, type WhereTo } from './openVectorFile.ts'

/** Flags of the commands that write vectors. */
export const VECTOR_FLAGS: readonly Flag[] = [
  {
    name: 'out',
    placeholder: 'file',
    meaning: 'Writes a file: .ndjson, .npz or .parquet [default: NDJSON is printed, as with -].',
  },
  { name: 'force', meaning: 'Replaces a file that is there already.' },
]

export const whereTo = ({ values, switches }: CommandLine): WhereTo => ({
  out: values.get('out'),
  mayReplace: switches.has('force'),
})

/** Where people are told what happens: beside the vectors where these are printed. */
export const tellOn = (where: WhereTo, [output, notes]: readonly [Output, Output]): Output =>
  isPrinted(where) ? notes : output
