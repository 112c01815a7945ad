import { localFiles } from '../localFiles.ts'

/** What is embedded: a file of this machine, or an address from which the server fetches it. */
export interface Input {
  /** As it stands in the rows of the result: the path as it was given, or the address. */
  source: string
  path?: string
}

const isUrl = (operand: string): boolean => /^https?:\/\//i.test(operand)

/** The addresses, the files, and all files below the folders, in the order in which they were named. */
export async function inputsOf(operands: readonly string[]): Promise<Input[]> {
  const inputs = await Promise.all(
    operands.map(async (operand) =>
      isUrl(operand)
        ? [{ source: operand }]
        : (await localFiles([operand], '')).map(({ path }) => ({ source: path, path })),
    ),
  )
  return inputs.flat()
}
