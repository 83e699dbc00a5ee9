import assert from 'node:assert/strict';
import { request } from 'node:https';
import { afterEach, beforeEach, test } from 'node:test';
import {
  ask,
  type Cleanup,
  cleanup,
  freePort,
  startInstance,
} from '../../../../test/support/gateway-rig.ts';
import { testAuthority } from '../../../../test/support/test-certificates.ts';
import { warmDirectory } from '../../../../test/support/warm-directory.ts';
import { routeTo } from '../../gateway.contract.ts';
import { embeddedGateway, restartGateway } from './embedded-gateway.ts';
import type { GatewayPlace } from './start-gateway.ts';
import { stopGateway } from './stop-gateway.ts';

let undo: Cleanup;
let place: GatewayPlace;
let port: number;
let portTls: number;
const authority = testAuthority();

beforeEach(async () => {
  undo = cleanup();
  port = await freePort();
  portTls = await freePort();
  place = {
    directory: await warmDirectory(undo),
    listen: `127.0.0.1:${port}`,
    settings: { listenTls: `127.0.0.1:${portTls}`, workers: 1 },
  };
  undo.add(() => stopGateway(place.directory, 500));
});
afterEach(() => undo.run());

function askEncrypted(host: string): Promise<{ text: string; serial: string }> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: portTls,
      servername: host,
      ca: authority.certificate,
    };
    const asked = request({ ...options, headers: { host }, agent: false }, (answer) => {
      const socket = answer.socket as unknown as { getPeerCertificate(): { serialNumber: string } };
      const serial = socket.getPeerCertificate().serialNumber;
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      answer.once('end', () => resolve({ text, serial }));
    });
    asked.once('error', reject);
    asked.end();
  });
}

test('certificates that were set serve at once, outlive a hand-over, and are replaced while it runs', async () => {
  const gateway = await embeddedGateway(place);
  const { upstream } = await startInstance(undo, {
    name: 'one',
    app: (incoming, response) => response.end(String(incoming.headers['x-forwarded-proto'])),
  });
  await gateway.apply([{ set: routeTo('shop.test', upstream) }]);
  await assert.rejects(askEncrypted('shop.test'));
  await gateway.setCertificates([authority.issue(['shop.test'])]);
  const first = await askEncrypted('shop.test');
  assert.equal(first.text, 'https');
  assert.equal((await ask({ port, host: 'shop.test' })).text, 'http');
  assert.deepEqual(await gateway.entrance(), { scheme: 'https', port: portTls });

  await restartGateway(place);
  assert.deepEqual(await askEncrypted('shop.test'), first);
  await gateway.setCertificates([authority.issue(['*.else.test']), authority.issue(['shop.test'])]);
  const second = await askEncrypted('shop.test');
  assert.notEqual(second.serial, first.serial);

  const broken = { ...authority.issue(['shop.test']), key: authority.issue(['shop.test']).key };
  await assert.rejects(gateway.setCertificates([broken]), { code: 'gateway/bad-certificate' });
  assert.deepEqual(await askEncrypted('shop.test'), second);
});

test('encrypted connections can be had later, and those who have plain ones do not notice', async () => {
  const plain = { ...place, settings: { workers: 1 } };
  const gateway = await embeddedGateway(plain);
  await gateway.setCertificates([authority.issue(['shop.test'])]);
  await gateway.apply([
    { set: { ...routeTo('shop.test'), target: { kind: 'text', text: 'hello' } } },
  ]);
  await embeddedGateway(place);
  assert.equal((await askEncrypted('shop.test')).text, 'hello');
  assert.equal((await ask({ port, host: 'shop.test' })).text, 'hello');
});
