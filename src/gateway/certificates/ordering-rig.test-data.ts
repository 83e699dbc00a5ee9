import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inMemoryGateway } from '../../../test/fakes/in-memory-gateway.ts';
import { acmeServer } from '../../../test/support/acme-server.ts';
import { testDatabase } from '../../../test/support/postgres.ts';
import { migrate } from '../../db/migrate.ts';
import { openDatabase } from '../../db/pool.ts';
import type { CertificatePair } from '../certificate.ts';
import type { AcmeSettings } from './acme-settings.ts';
import { askForCertificate } from './ask-for-certificate.ts';
import { describeCertificates } from './describe-certificates.ts';
import { orderDue } from './order-due.ts';
import { acme } from './tables.ts';

/** A real database, a CA, a gateway that shows its routes over HTTP, and a hook that keeps a zone in a file. */
export async function orderingRig() {
  const { url, drop } = await testDatabase();
  const database = openDatabase(url, 8);
  await migrate(database.db);
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-acme-'));
  const zone = join(directory, 'zone');
  await writeFile(zone, '');
  const gateway = inMemoryGateway();
  const given: (readonly CertificatePair[])[] = [];
  gateway.setCertificates = async (all) => void given.push(all);
  const front = createServer((request, response) => {
    const host = request.headers.host ?? '';
    void gateway.visit(host, { path: request.url ?? '/' }).then(({ status, text }) => {
      response.statusCode = status;
      response.end(text);
    });
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  let ahead = 0;
  const clock = { now: () => new Date(Date.now() + ahead) };
  const { port } = front.address() as AddressInfo;
  const authority = await acmeServer({ httpPort: port, dnsFile: zone, now: clock.now });
  const settings: AcmeSettings = {
    directoryUrl: authority.directoryUrl,
    email: 'ops@example.com',
    dnsHook: await zoneHook(directory, zone),
  };
  await acme.setOffer(database.db, { ...settings, hasDnsHook: true });
  const lines: string[] = [];
  const world = {
    db: database.db,
    key: Buffer.alloc(32, 5),
    gateway,
    clock,
    domain: 'example.com',
    lookAgainMs: 20,
    log: (line: string) => void lines.push(line),
  };
  return {
    url,
    directory,
    zone: () => readFile(zone, 'utf8'),
    authority,
    settings,
    world,
    given,
    lines,
    ahead: (ms: number) => void (ahead += ms),
    ask: (names: string[], dns = false) =>
      askForCertificate(world, { names, dns, force: false, by: 'ada' }),
    turn: () => orderDue(world, settings),
    all: async () => (await describeCertificates(world.db, clock.now())).certificates,
    async close() {
      front.close();
      front.closeAllConnections();
      await authority.close();
      await database.close();
      await drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type OrderingRig = Awaited<ReturnType<typeof orderingRig>>;

/** Adds and removes lines of the zone; notes what it knows of us, and does what `hook-does` says, if there. */
async function zoneHook(directory: string, zone: string): Promise<string> {
  const hook = join(directory, 'hook');
  await writeFile(
    hook,
    `#!/bin/sh
env | cut -d= -f1 | sort > '${directory}/known'
if [ -e '${directory}/hook-does' ]; then . '${directory}/hook-does'; fi
case "$ACTION" in
add) echo "$NAME $VALUE" >> '${zone}' ;;
remove) grep -vxF -- "$NAME $VALUE" '${zone}' > '${zone}.new'; mv '${zone}.new' '${zone}' ;;
esac
`,
  );
  await chmod(hook, 0o755);
  return hook;
}
