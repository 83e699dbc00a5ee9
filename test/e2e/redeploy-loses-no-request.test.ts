import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { after, before, test } from 'node:test';
import { addApp, sampleApp, type SampleApp } from '../support/sample-app.ts';
import { testSignalbox, type Controller, type TestSignalbox } from '../support/signalbox.ts';

const requests = 100_000;
const connections = 24;

let signalbox: TestSignalbox;
let controller: Controller;
let app: SampleApp;

before(async () => {
  signalbox = await testSignalbox();
  controller = await signalbox.start();
  app = await sampleApp('load', {
    'signalbox.yaml':
      'app: load\nservices:\n  web: { run: node server.js, health: /healthz, instances: 2, stop: 5s }\n',
    'server.js': `const server = require('node:http').createServer((request, reply) => {
  let bytes = 0;
  request.on('data', (piece) => (bytes += piece.length));
  request.on('end', () => reply.end(process.env.SIGNALBOX_COMMIT + ' ' + bytes));
});
server.listen(process.env.PORT);
process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeIdleConnections(); });
`,
  });
  await addApp(controller, app);
  await app.commit('main', 'first');
  await app.push('signalbox', 'main');
});

after(async () => {
  await app?.end();
  await signalbox?.end();
});

test(`${requests} requests over ${connections} connections while the app is redeployed again and again: none fails`, async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const failures: string[] = [];
  const versions = new Set<string>();
  let sent = 0;
  let done = 0;

  const one = (): Promise<void> =>
    new Promise((resolve) => {
      sent += 1;
      const isPost = sent % 5 === 0;
      const asked = request(
        {
          agent,
          host: '127.0.0.1',
          port: signalbox.gatewayPort,
          path: '/',
          method: isPost ? 'POST' : 'GET',
          headers: { host: 'load.localhost' },
        },
        (answer) => {
          let body = '';
          answer.on('data', (piece) => (body += String(piece)));
          answer.on('end', () => {
            const [commit = '', bytes] = body.split(' ');
            if (answer.statusCode !== 200 || bytes !== (isPost ? '5' : '0'))
              failures.push(`${answer.statusCode} ${body.slice(0, 80)}`);
            else versions.add(commit);
            done += 1;
            resolve();
          });
          answer.on('error', (error) => (failures.push(error.message), resolve()));
        },
      );
      asked.on('error', (error) => (failures.push(error.message), resolve()));
      asked.end(isPost ? 'hello' : undefined);
    });

  const user = async (): Promise<void> => {
    while (sent < requests) await one();
  };
  const load = Promise.all(Array.from({ length: connections }, user));
  let deploys = 0;
  while (done < requests * 0.9 && deploys < 12) {
    await app.commit('main', `deploy ${deploys}`);
    const { accepted, output } = await app.push('signalbox', 'main');
    assert.ok(accepted && /Live: http/.test(output), output);
    deploys += 1;
  }
  await load;
  agent.destroy();
  assert.deepEqual(failures.slice(0, 5), []);
  assert.equal(failures.length, 0);
  assert.ok(deploys >= 2, `only ${deploys} deploys happened under load`);
  assert.ok(versions.size >= 2);
});
