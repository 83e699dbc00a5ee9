import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { after, before, test } from 'node:test';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/pool.ts';
import { askForCertificate } from '../../src/gateway/certificates/ask-for-certificate.ts';
import { describeCertificates } from '../../src/gateway/certificates/describe-certificates.ts';
import { removeCertificate } from '../../src/gateway/certificates/remove-certificate.ts';
import { embeddedGateway } from '../../src/gateway/drivers/embedded/embedded-gateway.ts';
import { stopGateway } from '../../src/gateway/drivers/embedded/stop-gateway.ts';
import { certificatesDuty, type CertificatesDuty } from '../../src/main/certificates-duty.ts';
import { doDuty } from '../../src/workflow/duty.ts';
import { type AcmeServer, acmeServer } from '../support/acme-server.ts';
import { cleanup, freePort } from '../support/gateway-rig.ts';
import { testDatabase } from '../support/postgres.ts';
import { eventually } from '../support/signalbox.ts';
import { testAuthority } from '../support/test-certificates.ts';

const undo = cleanup();
const clock = { now: () => new Date() };
const fileAuthority = testAuthority();
let authority: AcmeServer;
let world: Parameters<typeof certificatesDuty>[0] & { domain: string };
let controllers: CertificatesDuty[];
let files: string;
let tlsPort: number;

before(async () => {
  const { url, drop } = await testDatabase();
  undo.add(drop);
  const database = openDatabase(url, 8);
  undo.add(() => database.close());
  await migrate(database.db);
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-tls-'));
  await chmod(directory, 0o711);
  files = join(directory, 'certificates');
  await mkdir(files);
  const port = await freePort();
  tlsPort = await freePort();
  const place = join(directory, 'gateway');
  const settings = { listenTls: `127.0.0.1:${tlsPort}`, workers: 1 };
  undo.add(() => stopGateway(place));
  const listen = `127.0.0.1:${port}`;
  const gateway = await embeddedGateway({ directory: place, listen, settings });
  authority = await acmeServer({ httpPort: port });
  undo.add(() => authority.close());
  const { db } = database;
  const log = (): void => undefined;
  world = { db, key: Buffer.alloc(32, 3), gateway, clock, log, domain: 'example.test' };
  const acme = { directoryUrl: authority.directoryUrl, email: 'ops@example.test', dnsHook: null };
  controllers = [1, 2].map(() => certificatesDuty(world, { directory: files, acme }, 100));
  await everyoneServes();
});
after(() => undo.run());

const everyoneServes = async (): Promise<void> => {
  for (const { serve } of controllers) await serve.work();
};

/** The names a browser is shown that asks for this host; throws what it would not trust. */
async function shown(host: string, ca: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: tlsPort, servername: host, ca });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate().subjectaltname ?? '';
  } finally {
    socket.destroy();
  }
}

test('two controllers have one certificate issued, and the gateway proves itself with it', async () => {
  await askForCertificate(world, {
    names: ['shop.example.test'],
    dns: false,
    force: false,
    by: 'ada',
  });
  await Promise.all(
    controllers.map(({ duty }, index) => doDuty(world.db, duty, `controller-${index}`)),
  );
  await everyoneServes();
  const { certificates } = await describeCertificates(world.db, clock.now());
  assert.deepEqual(
    certificates.map(({ state, error }) => [state, error]),
    [['active', null]],
  );
  assert.equal(authority.orders().length, 1);
  assert.equal(await shown('shop.example.test', authority.root), 'DNS:shop.example.test');
});

test('a certificate in a file serves beside it, and a newer one instead of it, without a restart', async () => {
  const put = async (names: string[]): Promise<void> => {
    const { certificate, key } = fileAuthority.issue(names);
    await writeFile(join(files, 'wild.crt'), certificate);
    await writeFile(join(files, 'wild.key'), key);
    await everyoneServes();
  };
  await put(['*.files.test']);
  const root = fileAuthority.certificate;
  assert.equal(await shown('any.files.test', root), 'DNS:*.files.test');
  assert.equal(await shown('shop.example.test', authority.root), 'DNS:shop.example.test');
  await put(['*.files.test', 'files.test']);
  assert.match(await shown('any.files.test', root), /DNS:files\.test/);
});

test('what is removed is shown no more', async () => {
  await removeCertificate(world.db, 'shop.example.test', clock.now());
  await everyoneServes();
  await eventually('it is gone', () =>
    shown('shop.example.test', authority.root).then(
      () => false,
      () => true,
    ),
  );
});
