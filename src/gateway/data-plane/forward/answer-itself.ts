import type { Choice } from '../choose/chooser.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { Page } from '../../route.ts';
import { answered, refused } from './account.ts';
import type { Peer } from './byte-stream.ts';
import type { ForwardContext } from './forward-context.ts';
import { acceptOf, ownAnswer, textAnswer } from './own-answer.ts';
import { pauseExpired, refusedRequest } from './refusal-pages.ts';
import { type Visit, visit } from './visit.ts';

export interface OwnReply {
  head: RequestHead;
  closes: boolean;
}

/** What is remembered of a request that waits. */
export interface Waits {
  visit: Visit;
  accept: string;
}

type OwnChoice = Extract<Choice, { kind: 'page' | 'text' }>;

/** The bytes of a page or text that stands in place of an instance's answer, counted and logged. */
export function answerItself(
  context: ForwardContext,
  visit: Visit,
  { choice, ...reply }: OwnReply & { choice: OwnChoice },
): Buffer {
  const bytes =
    choice.kind === 'page'
      ? ownAnswer({ page: choice.page, accept: acceptOf(reply.head.kept), ...formOf(reply) })
      : textAnswer(formOf(reply), choice.text);
  choice.route?.counter.began();
  visit.status = choice.kind === 'page' ? choice.page.status : 200;
  visit.bytesOut = bytes.length;
  visit.firstByteMs = performance.now();
  // A page that the route consists of is its answer; any other says that there is none.
  if (choice.route?.route.target.kind === 'versions') refused(context, visit);
  else answered(context, visit, visit.firstByteMs);
  return bytes;
}

/** The bytes of a refusal of a request that some route has. */
export function turnAway(
  context: ForwardContext,
  visit: Visit,
  { page, ...reply }: OwnReply & { page: Page },
): Buffer {
  const bytes = ownAnswer({ page, accept: acceptOf(reply.head.kept), ...formOf(reply) });
  visit.route?.counter.began();
  visit.status = page.status;
  visit.bytesOut = bytes.length;
  refused(context, visit);
  return bytes;
}

/** The bytes for a request that waited in vain. It is the last of its connection: its body may still follow. */
export function expireWaiting(context: ForwardContext, { visit, accept }: Waits): Buffer {
  const bytes = ownAnswer({
    page: pauseExpired(visit.host),
    accept,
    isHead: visit.method === 'HEAD',
    closes: true,
    isOld: false,
    requestId: '',
  });
  visit.route?.counter.began();
  visit.status = 503;
  visit.bytesOut = bytes.length;
  refused(context, visit);
  return bytes;
}

/** The bytes of a refusal of what is no request; `why` is the status. */
export function refuseGarbage(context: ForwardContext, peer: Peer, why: number): Buffer {
  const page = refusedRequest(why);
  const bytes = ownAnswer({
    page,
    accept: '',
    isHead: false,
    closes: true,
    isOld: false,
    requestId: '',
  });
  const nothing = visit(nobody, peer, { arrivedMs: performance.now(), headBytes: 0 });
  nothing.status = page.status;
  nothing.bytesOut = bytes.length;
  refused(context, nothing);
  return bytes;
}

const nobody = { forwardedFor: '', method: '', host: '', path: '', userAgent: '' };

const formOf = ({ head, closes }: OwnReply) => ({
  isHead: head.method === 'HEAD',
  closes,
  isOld: head.minorVersion === 0,
  requestId: '',
});
