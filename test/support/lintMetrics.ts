import { METRICS, type MetricName } from '../../src/domain/metrics.ts'

export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

const SAMPLE = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)$/i
const LABEL = /([a-z_][a-z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/gy

/**
 * Reads a page of metrics as strictly as `promtool check metrics` does: HELP and TYPE before each family and once,
 * families in one piece, no series twice, names with units, counters that end in `_total`, buckets that rise to `+Inf`.
 * Throws what is wrong with it.
 */
export function lintMetrics(text: string): Sample[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const types = new Map<string, string>()
  const helps = new Set<string>()
  const closed = new Set<string>()
  const seen = new Set<string>()
  const samples: Sample[] = []
  let family = ''
  const open = (name: string) => {
    if (name === family) return
    if (closed.has(name)) throw new Error(`the family ${name} is in two pieces`)
    if (family !== '') closed.add(family)
    family = name
  }
  for (const line of text.slice(0, -1).split('\n')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? []
    if (keyword === 'HELP') {
      if (helps.has(name)) throw new Error(`${name} has two HELP`)
      open(name)
      helps.add(name)
    } else if (keyword === 'TYPE') {
      if (types.has(name)) throw new Error(`${name} has two TYPE`)
      types.set(name, rest)
    } else {
      const sample = readSample(line)
      const base = baseOf(sample.name, types)
      if (base !== family) throw new Error(`${line} stands below ${family}`)
      if (!helps.has(base) || !types.has(base)) throw new Error(`${base} has no HELP or no TYPE`)
      const key = JSON.stringify([
        sample.name,
        Object.entries(sample.labels)
          .map(String)
          .toSorted((a, b) => (a < b ? -1 : 1)),
      ])
      if (seen.has(key)) throw new Error(`${line} is there twice`)
      seen.add(key)
      samples.push(sample)
    }
  }
  for (const [name, type] of types) checkFamily(name, type, samples)
  return samples
}

function readSample(line: string): Sample {
  const [, name = '', labelText = '', valueText = ''] = SAMPLE.exec(line) ?? []
  if (name === '') throw new Error(`not understood: ${line}`)
  const labels: Record<string, string> = {}
  let end = 0
  for (const [whole, label = '', value = ''] of labelText.matchAll(LABEL)) {
    if (label in labels) throw new Error(`a label is there twice: ${line}`)
    labels[label] = value
    end += whole.length
  }
  if (end !== labelText.length) throw new Error(`labels are not understood: ${line}`)
  const value = valueText === '+Inf' ? Infinity : Number(valueText)
  if (Number.isNaN(value)) throw new Error(`no number: ${line}`)
  return { name, labels, value }
}

const baseOf = (name: string, types: ReadonlyMap<string, string>): string => {
  const base = name.replace(/_(bucket|sum|count)$/, '')
  return types.get(base) === 'histogram' ? base : name
}

function checkFamily(name: string, type: string, samples: readonly Sample[]): void {
  const metric = METRICS[name as MetricName] as (typeof METRICS)[MetricName] | undefined
  if (metric?.type !== type) throw new Error(`${name} is not in the table as ${type}`)
  if ((type === 'counter') !== name.endsWith('_total')) throw new Error(`${name} is named as what it is not`)
  if (/milli|_ms\b|kilobyte|percent/.test(name)) throw new Error(`${name} has no base unit`)
  const own = samples.filter((sample) => baseOf(sample.name, new Map([[name, type]])) === name)
  for (const { labels } of own) {
    const { le: _le, ...rest } = labels
    const expected = metric.labels.toSorted().join()
    if (Object.keys(rest).toSorted().join() !== expected)
      throw new Error(`${name} has other labels than ${expected}`)
  }
  if (type === 'histogram') checkHistogram(name, own)
}

function checkHistogram(name: string, samples: readonly Sample[]): void {
  const series = Map.groupBy(samples, ({ labels: { le: _le, ...rest } }) => JSON.stringify(rest))
  for (const each of series.values()) {
    const buckets = each.filter((sample) => sample.name === `${name}_bucket`)
    const bounds = buckets.map(({ labels }) => (labels['le'] === '+Inf' ? Infinity : Number(labels['le'])))
    const values = buckets.map(({ value }) => value)
    const isRising = (numbers: readonly number[]) =>
      numbers.every((value, at) => at === 0 || value >= (numbers[at - 1] ?? 0))
    if (!isRising(bounds) || !isRising(values) || bounds.at(-1) !== Infinity)
      throw new Error(`the buckets of ${name} do not rise to +Inf`)
    if (each.find((sample) => sample.name === `${name}_count`)?.value !== values.at(-1))
      throw new Error(`the count of ${name} is not that of its buckets`)
  }
}
