import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** All files of a folder, with the folders they are in: `onnx/model.onnx`. Empty when there is no such folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((each) => !each.isDirectory())
    .map((each) => join(each.parentPath, each.name).slice(folder.length + 1))
}
