import { countIn, isRecord, type JsonRecord, positiveIn } from './json-record.ts';
import type { LoadReading } from './load-result.ts';

const missing = (tool: string, seconds: number | null): string[] => [
  `latency buckets: ${tool} tells percentiles only, so only errors can be judged`,
  ...(seconds === null ? ['how long it took'] : []),
];

/** What a load tool wrote by itself; null: none that we know. */
export function readForeignLoad(value: JsonRecord): LoadReading | null {
  if (isRecord(value['metrics'])) return readK6(value['metrics'], value);
  if (isRecord(value['latency'])) return readPercentiles(value, value['latency']);
  return null;
}

/** `k6 run --summary-export`, and what handleSummary gets, where the numbers lie one level deeper. */
function readK6(metrics: JsonRecord, whole: JsonRecord): LoadReading {
  const http = valuesOf(metrics['http_reqs']);
  const requests = countIn(http['count']);
  if (requests === null)
    return { problem: 'it looks like a summary of k6, without metrics.http_reqs.count' };
  const failed = valuesOf(metrics['http_req_failed']);
  // A rate "passes" whenever its value was true, and here true means failed.
  const share = typeof failed['rate'] === 'number' ? failed['rate'] : failed['value'];
  const bad = countIn(failed['passes']) ?? countIn(Math.round(Number(share) * requests));
  if (bad === null || bad > requests)
    return { problem: 'it looks like a summary of k6, without a usable metrics.http_req_failed' };
  const state = isRecord(whole['state']) ? positiveIn(whole['state']['testRunDurationMs']) : null;
  const rate = positiveIn(http['rate']);
  const seconds =
    state !== null ? state / 1000 : rate !== null ? positiveIn(requests / rate) : null;
  return {
    load: { requests, bad, seconds, buckets: [], ticks: [], missing: missing('k6', seconds) },
  };
}

function valuesOf(metric: unknown): JsonRecord {
  if (!isRecord(metric)) return {};
  return isRecord(metric['values']) ? metric['values'] : metric;
}

/** autocannon, and others that name their fields so. */
function readPercentiles(value: JsonRecord, latency: JsonRecord): LoadReading | null {
  if (!Object.keys(latency).some((key) => /^p\d/.test(key))) return null;
  const { requests: told } = value;
  const answered = countIn(isRecord(told) ? told['total'] : told);
  const unanswered = errorsIn(value['errors']);
  if (answered === null || unanswered === null)
    return { problem: 'it has percentiles, but "requests" and "errors" are not numbers' };
  // autocannon counts what got no answer, time-outs among them, apart from its requests.
  const requests = isRecord(told) ? answered + unanswered : answered;
  const bad = unanswered + (countIn(value['5xx']) ?? 0);
  if (bad > requests || !Number.isSafeInteger(requests))
    return { problem: 'it counts more errors than requests' };
  const seconds = positiveIn(value['duration'] ?? value['seconds']);
  return {
    load: { requests, bad, seconds, buckets: [], ticks: [], missing: missing('the tool', seconds) },
  };
}

/** A number, or as wrk has it, numbers by kind. */
function errorsIn(errors: unknown): number | null {
  if (errors === undefined) return 0;
  if (!isRecord(errors)) return countIn(errors);
  const counts = Object.values(errors).map(countIn);
  return counts.includes(null)
    ? null
    : counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}
