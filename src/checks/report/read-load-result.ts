import { readForeignLoad } from './foreign-load.ts';
import { mergeHistograms } from './latency-histogram.ts';
import { readLoadCounts } from './load-counts.ts';
import type { LoadCounts, LoadReading } from './load-result.ts';
import { isRecord, type JsonRecord } from './json-record.ts';
import { mostReportBytes } from './test-counts.ts';

const mostTicks = 20_000;
const deepest = 50;

/**
 * Reads what a load job leaves: Signalbox's own JSON (docs/guides/test-reports.md), alone or as a list of ticks, a summary of k6, or
 * the result of autocannon and tools with the same shape. Pure; says what is wrong with a text instead of
 * throwing, and never guesses a number that is not there.
 */
export function readLoadResult(text: string): LoadReading {
  if (text.length > mostReportBytes)
    return { problem: `it has more than ${mostReportBytes} bytes` };
  const value = parsed(text);
  if (value === undefined) return { problem: 'it is not JSON, or nests too deeply' };
  if (!isRecord(value)) return { problem: 'it is not a JSON object' };
  if (Array.isArray(value['ticks'])) return ofTicks(value['ticks'], value);
  const foreign = readForeignLoad(value);
  if (foreign) return foreign;
  if (!('requests' in value) || !('bad' in value))
    return { problem: 'it has no "requests" and "bad", and no tool we know wrote it' };
  const counts = readLoadCounts(value);
  if (typeof counts === 'string') return { problem: counts };
  return { load: { ...counts, ticks: [], missing: missingOf(counts) } };
}

function parsed(text: string): unknown {
  if (nestsDeeply(text)) return undefined;
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

/** The parser needs minutes for millions of brackets in each other. */
function nestsDeeply(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length && depth <= deepest; at += 1) {
    const letter = text[at];
    if (inString && letter === '\\') at += 1;
    else if (letter === '"') inString = !inString;
    else if (!inString && (letter === '[' || letter === '{')) depth += 1;
    else if (!inString && (letter === ']' || letter === '}')) depth -= 1;
  }
  return depth > deepest;
}

function ofTicks(written: readonly unknown[], whole: JsonRecord): LoadReading {
  if (written.length > mostTicks) return { problem: `it has more than ${mostTicks} ticks` };
  const ticks: LoadCounts[] = [];
  for (const [index, tick] of written.entries()) {
    const counts = isRecord(tick) ? readLoadCounts(tick, whole) : 'it is not an object';
    if (typeof counts === 'string') return { problem: `ticks[${index}]: ${counts}` };
    ticks.push({ ...counts, seconds: counts.seconds ?? 1 });
  }
  const sum = (of: (tick: LoadCounts) => number) =>
    ticks.reduce((total, tick) => total + of(tick), 0);
  const counts: LoadCounts = {
    requests: sum(({ requests }) => requests),
    bad: sum(({ bad }) => bad),
    seconds: sum(({ seconds }) => seconds ?? 1),
    buckets: mergeHistograms(...ticks.map(({ buckets }) => buckets)),
  };
  if (!Number.isSafeInteger(counts.requests)) return { problem: 'it counts too many requests' };
  return { load: { ...counts, ticks, missing: missingOf(counts) } };
}

function missingOf({ requests, seconds, buckets }: LoadCounts): string[] {
  const measured = buckets.reduce((sum, [, count]) => sum + count, 0);
  return [
    ...(requests === 0 ? ['it made no requests'] : []),
    ...(seconds === null ? ['how long it took'] : []),
    ...(requests > 0 && measured === 0 ? ['latency buckets: only errors can be judged'] : []),
  ];
}
