import { AsyncLocalStorage } from 'node:async_hooks'
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type SpanContext,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, RandomIdGenerator, TracerProvider } from '@opentelemetry/sdk-trace'
import { EmbedlineError } from '../domain/errors.ts'
import type { RequestSpan, SpanRef, Tracer } from '../domain/tracing.ts'
import type { Clock } from '../lib/clock.ts'
import type { Opened } from '../lib/closing.ts'
import type { Logger } from '../lib/logger.ts'
import { parseTraceparent, traceparentOf } from './traceparent.ts'

export interface TracerParts {
  /** Where spans are posted, by OTLP over HTTP. */
  url: string
  headers: Readonly<Record<string, string>>
  serviceName: string
  version: string
  clock: Clock
  logger: Logger
}

/** What waits for the collector: what does not fit is left out, whatever the collector does. */
const MOST_WAITING = 2_048
const SEND_EVERY_MS = 2_000
const TIMEOUT_MS = 5_000
const BATCHES_AT_ONCE = 2

/** So long closing waits for the last spans. */
const CLOSE_MS = 2_000

/** A collector that is away is told of so often. */
const TELL_EVERY_MS = 60_000

/** Sends spans to a collector, beside everything else: a collector that hangs or is away holds nothing up. */
export function openTracer(parts: TracerParts): Tracer & Opened {
  const { clock } = parts
  const ids = presettableIds()
  const provider = new TracerProvider({
    idGenerator: ids,
    resource: resourceFromAttributes({
      'service.name': parts.serviceName,
      'service.version': parts.version,
      'process.pid': process.pid,
    }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: tellingExporter(parts),
        maxQueueSize: MOST_WAITING,
        scheduledDelayMillis: SEND_EVERY_MS,
        exportTimeoutMillis: TIMEOUT_MS,
      }),
    ],
  })
  const tracer = provider.getTracer('embedline', parts.version)
  const running = new AsyncLocalStorage<SpanContext>()

  const contextOf = (parent: SpanRef | undefined): Context => {
    const context = parent === undefined ? running.getStore() : parseTraceparent(parent)
    return context ? trace.setSpanContext(ROOT_CONTEXT, context) : ROOT_CONTEXT
  }

  return {
    current() {
      const context = running.getStore()
      return context && traceparentOf(context)
    },

    async span(name, { parent, attributes = {} }, work) {
      const span = tracer.startSpan(name, { attributes }, contextOf(parent))
      try {
        return await running.run(span.spanContext(), work)
      } catch (thrown) {
        fail(span, thrown)
        throw thrown
      } finally {
        span.end()
      }
    },

    record(name, { parent, self, startMs, endMs, attributes = {}, failure }) {
      const own = self === undefined ? undefined : parseTraceparent(self)
      // As dates, because a number from before this process would be taken for one of its own clock.
      const options = { attributes, startTime: new Date(startMs) }
      const span = ids.using(own, () => tracer.startSpan(name, options, parentOf(own, parent)))
      if (failure) {
        span.setAttribute('error.type', failure.code)
        span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message })
      }
      span.end(new Date(Math.max(startMs, endMs)))
    },

    reserve(parent) {
      const context = parent === undefined ? undefined : parseTraceparent(parent)
      return traceparentOf({
        traceId: context?.traceId ?? ids.generateTraceId(),
        spanId: ids.generateSpanId(),
        traceFlags: context?.traceFlags ?? TraceFlags.SAMPLED,
      })
    },

    request(traceparent, next): RequestSpan {
      const parent = traceparent === undefined ? undefined : parseTraceparent(traceparent)
      const context = parent
        ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true })
        : ROOT_CONTEXT
      const span = tracer.startSpan('request', { kind: SpanKind.SERVER }, context)
      running.run(span.spanContext(), next)
      return {
        end(name, { attributes, isFailure }) {
          span.updateName(name).setAttributes(attributes)
          if (isFailure) span.setStatus({ code: SpanStatusCode.ERROR })
          span.end()
        },
      }
    },

    async close() {
      const over = new AbortController()
      await Promise.race([provider.shutdown().catch(() => {}), clock.sleep(CLOSE_MS, over.signal)])
      over.abort()
    },
  }

  /** A span without a parent begins a trace, whose id it may have reserved. */
  function parentOf(own: SpanContext | undefined, parent: SpanRef | undefined): Context {
    return own && parent === undefined ? ROOT_CONTEXT : contextOf(parent)
  }
}

function fail(span: Span, thrown: unknown): void {
  const type = thrown instanceof EmbedlineError ? thrown.code : 'internal'
  span.setAttribute('error.type', type)
  // The words of what nobody foresaw may hold anything: they are for the log.
  span.setStatus({
    code: SpanStatusCode.ERROR,
    ...(thrown instanceof EmbedlineError && { message: thrown.message }),
  })
}

/** Random ids, but for a span whose ids were given out before. */
function presettableIds() {
  const random = new RandomIdGenerator()
  let preset: SpanContext | undefined
  return {
    generateTraceId: () => preset?.traceId ?? random.generateTraceId(),
    generateSpanId: () => preset?.spanId ?? random.generateSpanId(),
    using<T>(own: SpanContext | undefined, start: () => T): T {
      preset = own
      try {
        return start()
      } finally {
        preset = undefined
      }
    },
  }
}

function tellingExporter({ url, headers, clock, logger }: TracerParts): OTLPTraceExporter {
  const exporter = new OTLPTraceExporter({
    url,
    headers: { ...headers },
    timeoutMillis: TIMEOUT_MS,
    concurrencyLimit: BATCHES_AT_ONCE,
  })
  const send = exporter.export.bind(exporter)
  let toldMs = Number.NEGATIVE_INFINITY
  exporter.export = (spans, done) =>
    send(spans, (result) => {
      if (result.error && clock.nowMs() - toldMs >= TELL_EVERY_MS) {
        toldMs = clock.nowMs()
        logger.warn('traces cannot be sent', { spans: spans.length, reason: result.error.message })
      }
      done(result)
    })
  return exporter
}
