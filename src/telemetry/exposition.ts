import { METRICS, type MetricName, type Reading } from '../domain/metrics.ts'
import { bucketsOf, type Distribution, type KeptMeters } from './meters.ts'

type Labels = Readonly<Record<string, string>>

/**
 * What was counted and what was read now, in the text format of Prometheus, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). Metrics without a value are left out.
 */
export function writeExposition(
  meters: Pick<KeptMeters, 'values' | 'distributions'>,
  readings: readonly Reading[],
): string {
  const lines = new Map<MetricName, string[]>()
  const linesOf = (name: MetricName) => {
    const known = lines.get(name) ?? []
    lines.set(name, known)
    return known
  }
  for (const { name, labels, value } of [...meters.values(), ...readings])
    linesOf(name).push(sample(name, labels, value))
  for (const distribution of meters.distributions())
    linesOf(distribution.name).push(...distributionLines(distribution))
  return (Object.keys(METRICS) as MetricName[])
    .flatMap((name) => {
      const samples = lines.get(name)
      return samples ? [...headLines(name), ...samples] : []
    })
    .map((line) => `${line}\n`)
    .join('')
}

const headLines = (name: MetricName): string[] => [
  `# HELP ${name} ${METRICS[name].help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
  `# TYPE ${name} ${METRICS[name].type}`,
]

function distributionLines({ name, labels, counts, sum }: Distribution): string[] {
  let total = 0
  const buckets = counts.map((count, index) => {
    total += count
    const le = bucketsOf(name)[index]
    return sample(`${name}_bucket`, { ...labels, le: le === undefined ? '+Inf' : String(le) }, total)
  })
  return [...buckets, sample(`${name}_sum`, labels, sum), sample(`${name}_count`, labels, total)]
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${numberText(value)}`
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

/** As Go writes what is no number of its own. */
const numberText = (value: number): string =>
  value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value)
