import { open } from 'node:fs/promises'
import { maxJsonBytes, writeFloats } from '../../lib/floatJson.ts'
import type { FormatWriter } from './formatWriter.ts'
import type { VectorRow } from './vectorRow.ts'

/** One object a line; numbers as short as they are exact in float32. */
export async function openNdjson(path: string): Promise<FormatWriter> {
  const file = await open(path, 'w')
  return {
    write: (rows) => file.appendFile(linesOf(rows)),
    finish: () => file.close(),
    abandon: () => file.close(),
  }
}

/** A line of JSON for each row. */
export const linesOf = (rows: readonly VectorRow[]): string => rows.map(lineOf).join('')

function lineOf(row: VectorRow): string {
  const {
    source,
    taskId,
    assetId,
    model,
    option,
    scope,
    space,
    startSec,
    endSec,
    page,
    quadrant,
    chunk,
    text,
  } = row
  const facts = {
    source,
    task_id: taskId,
    asset_id: assetId,
    model,
    option,
    scope,
    space,
    start_sec: startSec,
    end_sec: endSec,
    page,
    quadrant,
    chunk,
    text,
  }
  return `${JSON.stringify(facts).slice(0, -1)},"embedding":${vectorJson(row.vector)}}\n`
}

function vectorJson(vector: Float32Array): string {
  const bytes = Buffer.allocUnsafe(maxJsonBytes(vector.length))
  return bytes.toString('latin1', 0, writeFloats(vector, bytes, 0))
}
