import { gatewayPages } from '../../data-plane/choose/gateway-pages.ts';
import {
  lateAnswer,
  noAnswer,
  pauseExpired,
  pauseFull,
  refusedRequest,
} from '../../data-plane/forward/refusal-pages.ts';
import type { Page } from '../../route.ts';

/** These pages are written before any host is known. */
const here = 'this address';

/** What the gateway says when it has nowhere to send a request, by the names that the rules give them. */
export const ownPages: Readonly<Record<string, Page>> = {
  misdirected: refusedRequest(400),
  unknown: gatewayPages.unknownHost(here),
  unclear: gatewayPages.unclearPath,
  none: gatewayPages.noInstance(here),
  ended: gatewayPages.visitEnded(here),
  full: pauseFull(here),
  expired: pauseExpired(here),
};

/** What HAProxy answers by itself, by its status. */
export const statusPages: readonly Page[] = [
  ...[400, 405, 408, 413, 501].map(refusedRequest),
  noAnswer(here),
  { ...gatewayPages.noInstance(here), status: 503 },
  lateAnswer(here),
];
