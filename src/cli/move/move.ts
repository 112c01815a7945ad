import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { sizeText } from '../models/modelFlags.ts'
import { progressBar } from '../progressBar.ts'
import { settingFlags } from '../settingFlags.ts'
import { aligned, counted } from '../table.ts'
import { moveAll, type MoveStep, type MoveSummary } from './moveAll.ts'
import { readOrder } from './order.ts'

export const move: Command = {
  usage: 'move [flags]',
  description:
    'Moves all that a database of SQLite has into an empty one of PostgreSQL, and the stored bytes into S3. Rows are compared\n' +
    'on both sides, bytes with their SHA-256. The source stays as it is; no server may run on it. A move that was stopped\n' +
    'goes on when it is started again; until it is complete no server starts on the new database.',
  flags: [
    {
      name: 'from',
      placeholder: 'url',
      meaning: 'The database that is moved [default sqlite:<data>/embedline.db]',
    },
    {
      name: 'to',
      placeholder: 'url',
      meaning:
        'A database of PostgreSQL without tables [EMBEDLINE_DATABASE_URL, which others cannot see as they see flags]',
    },
    {
      name: 'storage-from',
      placeholder: 'url',
      meaning: 'Folder of the stored bytes [default file:<folder of the database>/objects]',
    },
    {
      name: 'storage-to',
      placeholder: 'url',
      meaning:
        's3://bucket/prefix that they are copied to [EMBEDLINE_STORAGE_URL; absent: bytes stay where they are]',
    },
    ...settingFlags(['data', 's3Endpoint', 's3Region']),
    { name: 'dry-run', meaning: 'Writes nothing: looks at both sides and says what would be moved.' },
    {
      name: 'leave-lost',
      meaning: 'Completes the move without stored bytes that are missing or damaged in the source.',
    },
    { name: 'json', meaning: 'Prints JSON instead.' },
  ],
  operandLimit: 0,
  async run({ values, switches }, output) {
    const order = readOrder(values)
    const isJson = switches.has('json')
    const isDry = switches.has('dry-run')
    const bar = progressBar(output)
    const summary = await moveAll({
      order,
      isDry,
      leavesLost: switches.has('leave-lost'),
      onProgress(step, fraction, table) {
        if (isJson) return
        bar.show(bar.isLive && table !== undefined ? `${LABELS[step]} ${table}` : LABELS[step], fraction)
      },
    })
    if (isJson) output.write(`${JSON.stringify(answerOf(summary, isDry), undefined, 2)}\n`)
    else {
      if (!isDry) bar.done(headline(summary))
      output.write(textOf(summary, isDry))
    }
    return summary.isDone || isDry ? EXIT.done : EXIT.failed
  },
}

const LABELS: Readonly<Record<MoveStep, string>> = {
  rows: 'rows',
  checksums: 'comparing',
  bytes: 'stored bytes',
}

function headline({ isDone, finishedMs, tables, bytes }: MoveSummary): string {
  if (!isDone) return 'not complete: stored bytes are lost'
  const sizes = bytes ? `, ${counted(bytes.objectCount, 'object')} of ${sizeText(bytes.sizeBytes)}` : ''
  if (finishedMs !== undefined) return `the rows were moved on ${new Date(finishedMs).toISOString()}${sizes}`
  return `moved: ${counted(totalOf(tables), 'row')}${sizes}`
}

const totalOf = (tables: MoveSummary['tables']): number =>
  tables.reduce((sum, { rowCount }) => sum + rowCount, 0)

/** Of a checksum so many digits are shown. */
const SHOWN_DIGITS = 16

function textOf(
  { tables, replacedTexts, bytes, finishedMs, isResumed }: MoveSummary,
  isDry: boolean,
): string {
  const rows = tables
    .filter(({ rowCount }) => rowCount > 0)
    .map(({ name, rowCount, sha256 = '' }) => [name, String(rowCount), sha256.slice(0, SHOWN_DIGITS)])
  const lines = finishedMs === undefined ? [aligned([['table', 'rows', isDry ? '' : 'sha256'], ...rows])] : []
  if (isDry)
    lines.push(
      finishedMs !== undefined
        ? `All of it was moved on ${new Date(finishedMs).toISOString()}.\n`
        : isResumed
          ? 'A part of it is there already: the move would go on.\n'
          : 'The new database is empty: all of it would be moved.\n',
    )
  if (replacedTexts > 0)
    lines.push(
      `In ${counted(replacedTexts, 'text')} U+FFFD stands for zero characters, which PostgreSQL does not store.\n`,
    )
  for (const path of bytes?.lost ?? []) lines.push(`lost: ${path}\n`)
  if (bytes && bytes.lost.length > 0)
    lines.push(
      'These are missing or damaged in the source. Bring them back from a backup, or complete the move without them by --leave-lost.\n',
    )
  return lines.join('')
}

const answerOf = (
  { id, isDone, isResumed, finishedMs, tables, replacedTexts, bytes }: MoveSummary,
  isDry: boolean,
) => ({
  id,
  dry_run: isDry,
  done: isDone,
  resumed: isResumed,
  ...(finishedMs !== undefined && { finished_at: new Date(finishedMs).toISOString() }),
  tables: tables.map(({ name, rowCount, sha256 }) => ({ table: name, rows: rowCount, sha256 })),
  replaced_texts: replacedTexts,
  ...(bytes && {
    bytes: {
      objects: bytes.objectCount,
      size_bytes: bytes.sizeBytes,
      present: bytes.presentCount,
      parts: bytes.partCount,
      lost: bytes.lost,
    },
  }),
})
