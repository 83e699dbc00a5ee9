import { accessText, droppedText } from './access-text.ts';
import { logFile } from './log-file.ts';

/** One request, when its answer has ended. Nothing in it may hold a secret: no cookie, no query. */
export interface AccessLine {
  /** When its head had come, in ms since 1970. */
  timeMs: number;
  durationMs: number;
  client: string;
  protocol: string;
  method: string;
  host: string;
  /** A query is cut off in any case. */
  path: string;
  /** 0: there was no answer. */
  status: number;
  bytesIn: number;
  bytesOut: number;
  /** These four are '' where no route or no instance had the request. */
  environment: string;
  service: string;
  version: string;
  instance: string;
  requestId: string;
  userAgent: string;
}

export interface AccessLog {
  /** Never waits, never throws: what the disk does not take in time is dropped, and a line says how many were. */
  write(line: AccessLine): void;
}

export interface AccessLogOptions {
  file: string;
  /** The share of the requests that is written, 0 to 1; answers of 5xx always are. */
  sample: number;
  /** A file that has grown beyond this is put aside as FILE.1, the older ones a number further. */
  rotateBytes: number;
  /** How many of those put aside are kept. */
  keep: number;
}

export interface OpenAccessLog extends AccessLog {
  /** What was written before is in the file, or given up, when it resolves. */
  close(): Promise<void>;
}

const flushMs = 200;
const flushChars = 65_536;
/** What waits for a slow disk at most, per worker. */
const waitingChars = 4_194_304;

/**
 * JSON lines, appended whole, so that several workers share one file. Where somebody else moves or removes the
 * file, as logrotate does, a new one is begun within a moment.
 */
export function accessLog(options: AccessLogOptions): OpenAccessLog {
  const file = logFile(options);
  let waiting: string[] = [];
  let chars = 0;
  let dropped = 0;
  let writing: Promise<void> | null = null;

  /** One piece at a time; more may come meanwhile. */
  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const lines = waiting;
      const missing = dropped;
      if (missing > 0) lines.push(droppedText(missing, Date.now()));
      waiting = [];
      chars = 0;
      dropped = 0;
      if (!(await file.append(lines.join('')))) {
        dropped += missing > 0 ? missing + lines.length - 1 : lines.length;
      }
    }
  }

  const startWriting = (): void => {
    writing ??= flush().finally(() => (writing = null));
  };
  const timer = setInterval(startWriting, flushMs).unref();

  return {
    write(line) {
      if (line.status < 500 && options.sample < 1 && Math.random() >= options.sample) return;
      if (chars > waitingChars) {
        dropped += 1;
        return;
      }
      const text = accessText(line);
      waiting.push(text);
      chars += text.length;
      if (chars > flushChars) startWriting();
    },

    async close() {
      clearInterval(timer);
      await writing;
      await flush();
      file.close();
    },
  };
}
