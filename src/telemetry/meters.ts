import { METRICS, type LabelsOf, type Meters, type MetricName } from '../domain/metrics.ts'

/** One time series of a counter or gauge. */
export interface Value {
  name: MetricName
  labels: Readonly<Record<string, string>>
  value: number
}

/** One time series of a histogram. */
export interface Distribution {
  name: MetricName
  labels: Readonly<Record<string, string>>
  /** How many values fell into each bucket, the one without bound last. */
  counts: number[]
  sum: number
}

export interface KeptMeters extends Meters {
  values(): Iterable<Value>
  distributions(): Iterable<Distribution>
}

/**
 * Counters and histograms in memory. Plain maps: what is counted must be counted from the start, and a library that
 * does it would take more memory than all of an idle server (docs/decisions/0100).
 */
export function makeMeters(): KeptMeters {
  const values = new Map<string, Value>()
  const distributions = new Map<string, Distribution>()
  return {
    count(name, labels, by = 1) {
      const key = seriesKey(name, labels)
      const known = values.get(key)
      if (known) known.value += by
      else values.set(key, { name, labels, value: by })
    },
    observe(name, labels, value) {
      const key = seriesKey(name, labels)
      const buckets = bucketsOf(name)
      const known = distributions.get(key) ?? {
        name,
        labels,
        counts: Array.from({ length: buckets.length + 1 }, () => 0),
        sum: 0,
      }
      distributions.set(key, known)
      const at = buckets.findIndex((bound) => value <= bound)
      const index = at < 0 ? buckets.length : at
      known.counts[index] = (known.counts[index] ?? 0) + 1
      known.sum += value
    },
    values: () => values.values(),
    distributions: () => distributions.values(),
  }
}

/** Of a histogram, its upper bounds. */
export function bucketsOf(name: MetricName): readonly number[] {
  const metric = METRICS[name]
  return 'buckets' in metric ? metric.buckets : []
}

const seriesKey = <Name extends MetricName>(name: Name, labels: LabelsOf<Name>): string =>
  `${name} ${METRICS[name].labels.map((label) => (labels as Record<string, string>)[label]).join('\0')}`
