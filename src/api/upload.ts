import { Readable, Transform } from 'node:stream';
import type { AnyEndpoint } from './contract/all.ts';
import { tooLarge } from './problem.ts';

/** The body as it comes, broken off with `api/too-large` beyond the endpoint's limit. */
export function upload(endpoint: Pick<AnyEndpoint, 'uploadBytes'>, body: unknown): Readable {
  if (endpoint.uploadBytes === null || !(body instanceof Readable)) return Readable.from([]);
  const counted = limit(endpoint.uploadBytes);
  body.once('error', (error) => counted.destroy(error));
  body.once('close', () => {
    if (!body.readableEnded)
      counted.destroy(new Error('the client left in the middle of its upload'));
  });
  return body.pipe(counted);
}

function limit(bytesAtMost: number): Transform {
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > bytesAtMost) done(tooLarge('this upload'));
      else done(null, chunk);
    },
  });
  // Whoever reads it sees the failure; one nobody reads must not end the process.
  counted.on('error', () => undefined);
  return counted;
}
