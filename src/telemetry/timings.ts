import type { Meters } from '../domain/metrics.ts'
import type { Timing } from '../domain/timing.ts'

/** Counts what compute processes were busy with. */
export function measureTimings(meters: Meters, timings: readonly Timing[]): void {
  for (const { what, of, busyMs, units, mediaSec } of timings) {
    const busySec = busyMs / 1000
    if (what === 'load') meters.observe('embedline_model_load_duration_seconds', { model: of }, busySec)
    else if (what === 'model') {
      meters.count('embedline_embedded_units_total', { unit: of }, units)
      meters.count('embedline_model_seconds_total', { unit: of }, busySec)
    } else {
      meters.count('embedline_decode_seconds_total', { track: of }, busySec)
      meters.count('embedline_decoded_media_seconds_total', { track: of }, mediaSec)
    }
  }
}
