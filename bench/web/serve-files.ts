import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const kinds: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** The files of a directory, for a browser on this machine. */
export async function serveFiles(directory: string): Promise<{ url: string; end(): void }> {
  const server = createServer((request, reply) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    readFile(join(directory, path)).then(
      (content) =>
        void reply.setHeader('content-type', kinds[extname(path)] ?? 'text/plain').end(content),
      () => void reply.writeHead(404).end(),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    end() {
      server.closeAllConnections();
      server.close();
    },
  };
}
