import type { RequestHead } from '../http1/request-head.ts';
import { newIds, requestIdOf, traceparentOf } from './new-ids.ts';
import type { Visit } from './visit.ts';

/**
 * A head as an instance gets it; notes in `visit` what the request is called. `forwarding`: see
 * forwarding-lines.ts. Names from outside are only kept when the peer may be believed.
 */
export function requestText(
  head: RequestHead,
  visit: Visit,
  { forwarding, isTrusted }: { forwarding: string; isTrusted: boolean },
): string {
  const ids = newIds();
  visit.requestId = (isTrusted && head.requestId) || requestIdOf(ids);
  const traceparent = (isTrusted && head.traceparent) || traceparentOf(ids);
  // What others noted on a trace means nothing in a new one.
  const isOtherTrace = !isTrusted && head.traceparent !== '';
  const kept = isOtherTrace ? head.kept.replaceAll(traceState, '') : head.kept;
  return (
    `${head.method} ${head.path} HTTP/1.1\r\nHost: ${head.authority}\r\n${kept}${forwarding}` +
    `X-Request-Id: ${visit.requestId}\r\ntraceparent: ${traceparent}\r\n${hopLines(head)}\r\n`
  );
}

const traceState = /^tracestate:.*\r\n/gim;

function hopLines({ upgrade, expectContinue }: RequestHead): string {
  const upgrading = upgrade === '' ? '' : `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`;
  return expectContinue ? `${upgrading}Expect: 100-continue\r\n` : upgrading;
}
