import type { AccessLine } from './access-log.ts';

const longestPath = 1024;
const longestAgent = 256;
const longestWord = 256;

/** A request as one line of JSON with its line end. Whatever a client says, it stays one line of printable text. */
export function accessText(line: AccessLine): string {
  const { timeMs, durationMs, client, protocol, method, host, path, status } = line;
  const { bytesIn, bytesOut, environment, service, version, instance, requestId } = line;
  return printable({
    time: new Date(timeMs).toISOString(),
    ms: Math.round(durationMs * 1000) / 1000,
    client,
    protocol,
    method: cut(method, longestWord),
    host: cut(host, longestWord),
    path: cut(withoutQuery(path), longestPath),
    status,
    bytesIn,
    bytesOut,
    environment,
    service,
    version,
    instance,
    requestId: cut(requestId, longestWord),
    userAgent: cut(line.userAgent, longestAgent),
  });
}

/** What stands where lines are missing. */
export function droppedText(lines: number, atMs: number): string {
  return printable({ time: new Date(atMs).toISOString(), dropped: lines });
}

function withoutQuery(path: string): string {
  const end = path.search(/[?#]/);
  return end === -1 ? path : path.slice(0, end);
}

const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length)}…`;

/** JSON escapes the control characters below 32 only; a terminal obeys those around 128, too. */
function printable(fields: object): string {
  const text = JSON.stringify(fields).replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${text}\n`;
}
