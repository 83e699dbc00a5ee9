import { headerNames } from './header-names.ts';

/** The numbers of the header names that mean something to a proxy. */
export const header = {
  te: 1,
  host: 2,
  cookie: 3,
  expect: 4,
  upgrade: 5,
  trailer: 6,
  forwarded: 7,
  realAddress: 8,
  connection: 9,
  keepAlive: 10,
  userAgent: 11,
  traceState: 12,
  traceParent: 13,
  requestId: 14,
  contentLength: 15,
  proxyConnection: 16,
  transferEncoding: 17,
  proxyAuthenticate: 18,
  proxyAuthorization: 19,
  forwardedFor: 20,
  forwardedProto: 21,
  visit: 22,
  version: 23,
  instance: 24,
} as const;

const ofEveryMessage = {
  te: header.te,
  upgrade: header.upgrade,
  trailer: header.trailer,
  connection: header.connection,
  'keep-alive': header.keepAlive,
  'content-length': header.contentLength,
  'proxy-connection': header.proxyConnection,
  'transfer-encoding': header.transferEncoding,
  'proxy-authenticate': header.proxyAuthenticate,
  'proxy-authorization': header.proxyAuthorization,
};

const ofSignalbox = {
  'x-signalbox-visit': header.visit,
  'x-signalbox-version': header.version,
  'x-signalbox-instance': header.instance,
};

/** Headers that the gateway alone says something with: from outside they never reach an instance. */
export const internalHeaders: ReadonlySet<string> = new Set(Object.keys(ofSignalbox));

export const requestNames = headerNames(
  {
    ...ofEveryMessage,
    ...ofSignalbox,
    host: header.host,
    cookie: header.cookie,
    expect: header.expect,
    forwarded: header.forwarded,
    'x-real-ip': header.realAddress,
    'user-agent': header.userAgent,
    tracestate: header.traceState,
    traceparent: header.traceParent,
    'x-request-id': header.requestId,
    'x-forwarded-for': header.forwardedFor,
    'x-forwarded-proto': header.forwardedProto,
  },
  [header.userAgent],
);

export const answerNames = headerNames(ofEveryMessage);

/** Read, and left where they are. */
export const passesOn: ReadonlySet<number> = new Set([
  header.cookie,
  header.userAgent,
  header.traceState,
  header.trailer,
  header.contentLength,
  header.transferEncoding,
]);

/** A client may not make us drop these by naming them in Connection: they decide where a message ends or goes, and whose it is. */
export const neverByNomination: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'cookie',
  'authorization',
]);
