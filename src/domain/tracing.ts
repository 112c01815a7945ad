/** A span as others refer to it: the `traceparent` of W3C Trace Context. */
export type SpanRef = string

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>

export interface SpanOptions {
  /** Absent: the span that runs now, if there is one. */
  parent?: SpanRef
  attributes?: SpanAttributes
}

/** A span that is over, told as a whole. */
export interface PastSpan extends SpanOptions {
  startMs: number
  endMs: number
  /** As it was reserved, so that its children knew it while it went on. */
  self?: SpanRef
  /** Why it went wrong. */
  failure?: { code: string; message: string }
}

/** A request that is being answered. */
export interface RequestSpan {
  end(name: string, options: { attributes: SpanAttributes; isFailure: boolean }): void
}

/** What a task keeps, so that all that is done for it later is a part of the trace of its creation. */
export interface TaskTrace {
  /** Of the task itself, from its creation to its end. */
  span: SpanRef
  /** Of the request that created it. */
  parent?: SpanRef
}

/** Tells a collector what took how long, and what belongs together. */
export interface Tracer {
  /** The span that runs now. */
  current(): SpanRef | undefined
  /** Runs work as a span; one that throws is a failed one. */
  span<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T>
  record(name: string, span: PastSpan): void
  /** Names a span that will be told when it is over. */
  reserve(parent: SpanRef | undefined): SpanRef
  /** Runs `next`, and all that follows from it, as a part of a request, which may come with a `traceparent`. */
  request(traceparent: string | undefined, next: () => void): RequestSpan
}
