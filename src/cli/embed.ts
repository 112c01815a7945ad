import { systemClock } from '../lib/clock.ts'
import { closeAll, type Opened } from '../lib/closing.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { Command, CommandLine, Output } from './command.ts'
import { embedAll } from './embed/embedAll.ts'
import type { Outcome } from './embed/embedInput.ts'
import { type Input, inputsOf } from './embed/inputs.ts'
import { openServer, type OpenedServer } from './embed/openServer.ts'
import { embedOptions, ORDER_FLAGS, type EmbedOptions } from './embed/order.ts'
import { EXIT } from './exit.ts'
import { type ProgressBar, progressBar } from './progressBar.ts'
import { SERVER_FLAGS } from './serverCalls.ts'
import { settingFlags } from './settingFlags.ts'
import { counted } from './table.ts'
import { asJson } from './tasks/describeTask.ts'
import { exitCodeOf, untilSignal } from './untilSignal.ts'
import { isPrinted, openVectors, type WhereTo } from './vectors/openVectorFile.ts'
import { rowsOfTask } from './vectors/rowsOfTask.ts'
import { tellOn, VECTOR_FLAGS, whereTo } from './vectors/vectorFlags.ts'
import type { VectorFile } from './vectors/vectorRow.ts'

export const embed: Command = {
  usage: 'embed <file|folder|URL>… [flags]',
  description:
    'Embeds video, sound, pictures, PDFs and texts into one file of vectors, or prints these as NDJSON. Asks the server\n' +
    'that runs on the data folder; where none does, one starts in this process and goes away afterwards. Ends with 1\n' +
    'when something was left out; the file then has the others. Ctrl-C ends the tasks too, and leaves no file.',
  flags: [...VECTOR_FLAGS, ...ORDER_FLAGS, ...SERVER_FLAGS, ...settingFlags(['models', 'ffmpeg'])],
  operandLimit: Number.POSITIVE_INFINITY,
  async run(line, output, notes) {
    const wanted = embedOptions(line)
    const where = whereTo(line)
    if (line.operands.length === 0)
      throw new EmbedlineError('request_invalid', 'what should be embedded? Files, folders or URLs')
    const inputs = await inputsOf(line.operands)
    const told = tellOn(where, [output, notes])
    // JSON has it all at the end.
    const isJson = line.switches.has('json')
    const lines = isJson ? { ...told, write: () => {} } : told
    const bar =
      !isJson && told.isTerminal && !(isPrinted(where) && output.isTerminal) ? progressBar(told) : undefined
    const waiting = untilSignal()
    const opened: Opened[] = []
    try {
      const file = await openVectors(where, output)
      opened.push({ close: () => file.abandon() })
      bar?.show('starting', 0)
      const server = await openServer(line, waiting.signal, opened)
      const writing = { server, inputs, wanted, bar, told: lines, signal: waiting.signal }
      const results = await writeInputs(file, writing)
      return await conclude(file, results, { line, where, told, bar })
    } catch (failure) {
      if (!waiting.signal.aborted) throw failure
      lines.write(`${bar ? '\n' : ''}Stopped: nothing is written.\n`)
      return exitCodeOf(await waiting.first)
    } finally {
      await closeAll(opened)
      waiting.dispose()
    }
  },
}

/** What came of an input, and how many vectors it has. */
interface Result {
  outcome: Outcome
  vectors: number
}

interface Writing {
  server: OpenedServer
  inputs: readonly Input[]
  wanted: EmbedOptions
  bar: ProgressBar | undefined
  told: Output
  signal: AbortSignal
}

/** Writes the vectors of the inputs in their order. Undefined when nobody wants more of them. */
async function writeInputs(
  file: VectorFile,
  { server: { server, isPrivate }, inputs, wanted, bar, told, signal }: Writing,
): Promise<Result[] | undefined> {
  const results: Result[] = []
  const onFraction = (fraction: number) => bar?.show(`${results.length} of ${inputs.length}`, fraction)
  const parts = { server, wanted, clock: systemClock, signal, isPrivate, onFraction }
  for await (const outcome of embedAll(inputs, parts)) {
    let vectors = 0
    if (outcome.kind === 'embedded') {
      const source = outcome.input.source
      for await (const rows of rowsOfTask(server, outcome.task, { source, signal })) {
        if (!(await file.write(rows))) return undefined
        vectors += rows.length
      }
    }
    results.push({ outcome, vectors })
    tellOutcome(outcome, vectors, told, bar)
  }
  return results
}

function tellOutcome(outcome: Outcome, vectors: number, told: Output, bar: ProgressBar | undefined): void {
  const { kind, input, reason } = outcome
  const say = (text: string) => (bar ? bar.done(text) : told.write(`   ${text}\n`))
  if (kind !== 'embedded') say(`${input.source}: ${kind}: ${reason}`)
  // A person who watches sees the bar; what is written down should name each.
  else if (reason !== undefined || !told.isTerminal)
    say(`${input.source}: ${counted(vectors, 'vector')}${reason === undefined ? '' : `, not all: ${reason}`}`)
}

/** Of many files the same may be to be said. */
function tellWarnings(results: readonly Result[], told: Output): void {
  const warnings = results.flatMap(({ outcome: { input, task } }) =>
    (task?.warnings ?? []).map(({ message }) => ({ source: input.source, message })),
  )
  for (const [message, those] of Map.groupBy(warnings, (each) => each.message)) {
    const [first] = those
    told.write(`   ${those.length === 1 ? first?.source : `${those.length} inputs`}: ${message}\n`)
  }
}

interface Ending {
  line: CommandLine
  where: WhereTo
  told: Output
  bar: ProgressBar | undefined
}

async function conclude(
  file: VectorFile,
  results: readonly Result[] | undefined,
  { line, where, told, bar }: Ending,
): Promise<number> {
  if (results === undefined) return EXIT.done
  const total = results.reduce((sum, { vectors }) => sum + vectors, 0)
  if (total > 0) await file.finish()
  const count = (kind: Outcome['kind']) => results.filter(({ outcome }) => outcome.kind === kind).length
  const isWhole = results.every(
    ({ outcome: { kind, reason } }) => kind === 'embedded' && reason === undefined,
  )
  if (line.switches.has('json')) told.write(asJson(jsonOf(results, where, total)))
  else {
    const name = isPrinted(where) ? '' : `${total > 0 ? where.out : 'nothing is written'}: `
    const left = (['skipped', 'failed'] as const)
      .filter((kind) => count(kind) > 0)
      .map((kind) => `, ${count(kind)} ${kind}`)
    const summary = `${name}${counted(total, 'vector')} of ${count('embedded')} of ${counted(results.length, 'input')}${left.join('')}`
    if (bar) bar.done(summary)
    else told.write(`   ${summary}\n`)
    tellWarnings(results, told)
  }
  return isWhole ? EXIT.done : EXIT.failed
}

const jsonOf = (results: readonly Result[], { out = '-' }: WhereTo, total: number): object => ({
  out,
  vectors: total,
  inputs: results.map(({ outcome: { kind, input, task, reason }, vectors }) => ({
    source: input.source,
    outcome: kind,
    vectors,
    ...(task && { task_id: task.id, state: task.state, warnings: task.warnings }),
    ...(reason !== undefined && { reason }),
  })),
})
