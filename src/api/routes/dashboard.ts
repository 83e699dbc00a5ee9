import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { dashboardPaths } from '../beside-contract.ts';

/** The pages talk to nobody but this controller, run no script but its own, and are framed by nobody. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  // The terminal makes style elements.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

const headers: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

const year = '365d';
/** Vite puts a hash of its content into the name of each file. Dots only inside a name: none leads out of the folder. */
const assetName = /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/;

/**
 * The dashboard, as Vite has built it into `directory`. It is beside the contract, because it is files, and public,
 * because it is the same for everybody. Built later, it is served from then on.
 */
export function dashboardRoutes(directory: string) {
  return (api: FastifyInstance): void => {
    void api.register(async (app) => {
      await app.register(fastifyStatic, { serve: false, preCompressed: true, dotfiles: 'deny' });
      app.addHook('onRequest', async (_request, reply) => void reply.headers(headers));
      for (const path of dashboardPaths) {
        reading(app, path, (_asked, reply) => sendPage(reply, directory));
      }
      reading(app, '/favicon.svg', (_asked, reply) => sendFresh(reply, 'favicon.svg', directory));
      const assets = join(directory, 'assets');
      reading(app, '/assets/*', (asset, reply) => {
        if (!assetName.test(asset)) return reply.callNotFound();
        return reply.sendFile(asset, assets, { maxAge: year, immutable: true, index: false });
      });
    });
  };
}

type Serve = (asked: string, reply: FastifyReply) => unknown;

function reading(app: FastifyInstance, url: string, serve: Serve): void {
  app.route<{ Params: { '*'?: string } }>({
    method: ['GET', 'HEAD'],
    url,
    handler: ({ params }, reply) => serve(params['*'] ?? '', reply),
  });
}

async function sendPage(reply: FastifyReply, directory: string): Promise<FastifyReply> {
  const built = await stat(join(directory, 'index.html')).catch(() => null);
  return built ? sendFresh(reply, 'index.html', directory) : sendUnbuilt(reply);
}

/** Asked for each time, sent only when it has changed. */
function sendFresh(reply: FastifyReply, file: string, directory: string): FastifyReply {
  return reply
    .header('cache-control', 'no-cache')
    .sendFile(file, directory, { cacheControl: false, index: false });
}

function sendUnbuilt(reply: FastifyReply): FastifyReply {
  return reply
    .status(503)
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(unbuiltPage);
}

const unbuiltPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Signalbox</title>
<h1>The dashboard is not built yet</h1>
<p>Signalbox runs; only its pages are missing. Run <code>bin/setup</code> where Signalbox is installed, then reload this page.</p>
<p>Everything the dashboard shows can be asked on the command line too: <code>signalbox --help</code>.</p>
</html>
`;
