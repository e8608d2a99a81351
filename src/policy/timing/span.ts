import { type Instant, instant } from '../../domain/instant.ts';

/** All instants from `from` to `to`, both included; ±Infinity where there is no end. */
export type Span = { readonly from: number; readonly to: number };

/** Sets of instants: spans in order that do not touch one another. */
export type Spans = readonly Span[];

/** A span as plain data; null: without an end on that side. */
export type Period = { readonly from: Instant | null; readonly to: Instant | null };

/** Every instant. */
export const ALWAYS: Spans = [{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }];
/** No instant. */
export const NEVER: Spans = [];

/** From `from` to `to`, both included; nothing when they are the wrong way round. */
export function between(from: number, to: number): Spans {
  return from <= to ? [{ from, to }] : NEVER;
}

/** `at` and everything later. */
export function since(at: number): Spans {
  return between(at, Number.POSITIVE_INFINITY);
}

/** `at` and everything earlier. */
export function until(at: number): Spans {
  return between(Number.NEGATIVE_INFINITY, at);
}

/** Whether `at` is in the set. */
export function contains(spans: Spans, at: number): boolean {
  return spans.some(({ from, to }) => from <= at && at <= to);
}

/** What is in both. */
export function intersect(a: Spans, b: Spans): Spans {
  if (a === ALWAYS) return b;
  if (b === ALWAYS) return a;
  return a.flatMap((one) =>
    b.flatMap((other) => between(Math.max(one.from, other.from), Math.min(one.to, other.to))),
  );
}

/** What is in any of the spans, which come in any order; spans that touch become one. */
export function unite(spans: Spans): Spans {
  const found: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = found.at(-1);
    if (last === undefined || span.from > last.to + 1) found.push(span);
    else found[found.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
  }
  return found;
}

/** The spans as plain data. */
export function periods(spans: Spans): Period[] {
  return spans.map(({ from, to }) => ({
    from: Number.isFinite(from) ? instant(from) : null,
    to: Number.isFinite(to) ? instant(to) : null,
  }));
}
