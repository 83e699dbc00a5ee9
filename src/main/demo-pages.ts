import { request } from 'node:http';

/** What the demo's shop shows to whoever comes by one of its names. */
export interface DemoPages {
  urlOf(host: string): string;
  /** The page, which has to be there and to hold these words. */
  expect(host: string, words: string): Promise<void>;
}

export function demoPages(gatewayUrl: string): DemoPages {
  const urlOf = (host: string): string => gatewayUrl.replace('://localhost', `://${host}`);
  return {
    urlOf,
    async expect(host, words) {
      const { status, body } = await visit(urlOf(host), host);
      if (status !== 200 || !body.includes(words))
        throw new Error(`${urlOf(host)} answered ${status} without “${words}”: ${body}`);
    },
  };
}

/** Asked on 127.0.0.1 by name: not every machine resolves *.localhost. */
function visit(url: string, host: string): Promise<{ status: number; body: string }> {
  const { port } = new URL(url);
  const headers = { host: `${host}:${port}` };
  return new Promise((settle, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/', headers }, (reply) => {
      let body = '';
      reply.setEncoding('utf8');
      reply.on('data', (text: string) => (body += text));
      reply.on('end', () => settle({ status: reply.statusCode ?? 0, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}
