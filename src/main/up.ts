import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { configDirectory } from '../api/contract/local-controller.ts';
import { readSettings } from '../gateway/data-plane/gateway-settings.ts';
import { acmeSettings } from '../gateway/certificates/acme-settings.ts';
import type { CertificateSettings } from './certificates-duty.ts';
import type { GatewayWish } from './open-gateway.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { startServer, type RunningServer } from './server.ts';
import { usualDataDirectory } from './usual-data-directory.ts';

export interface UpFlags {
  data?: string | undefined;
  files?: string | undefined;
  listen: string;
  gateway: string;
  gatewayDriver: GatewayWish['driver'];
  gatewayTls?: string | undefined;
  gatewayWorkers?: string | undefined;
  gatewayProxyProtocol?: boolean | undefined;
  gatewayTrust?: string[] | undefined;
  gatewayAccessLog?: string | undefined;
  domain: string;
  certificates?: string | undefined;
  acmeDirectory?: string | undefined;
  acmeEmail?: string | undefined;
  acmeDnsHook?: string | undefined;
}

/** `signalbox up`: a controller in the foreground until SIGTERM, SIGINT, or another one takes its work. */
export async function up(flags: UpFlags): Promise<never> {
  const server = await startServer({
    listen: flags.listen,
    domain: flags.domain,
    gateway: gatewayWish(flags),
    certificates: certificateSettings(flags),
    data: resolve(flags.data ?? usualDataDirectory(process.env)),
    files: flags.files === undefined ? undefined : resolve(flags.files),
    announceIn: userConfigDirectory(),
    databaseUrl: process.env['DATABASE_URL'] || undefined,
    version: await ownVersion(),
    log: (line) => process.stderr.write(`${new Date().toISOString()} ${line}\n`),
  });
  process.stdout.write(`${greeting(server)}\n`);
  const end = await Promise.race([signalled(), server.lost.then((why) => ({ why, code: 3 }))]);
  process.stderr.write(`${end.why}\n`);
  // A second controller holds the work by now; ours must not touch it any more.
  if (end.code === 0) await server.stop();
  process.exit(end.code);
}

/** Refuses with `certificate/bad-acme-setting`. */
function certificateSettings(flags: UpFlags): CertificateSettings {
  const { certificates: directory, acmeDnsHook: hook } = flags;
  return {
    directory: directory === undefined ? null : resolve(directory),
    acme: acmeSettings({ ...flags, acmeDnsHook: hook === undefined ? hook : resolve(hook) }),
  };
}

const noAccessLog = (): SignalboxError =>
  new SignalboxError({
    code: 'gateway/cannot',
    what: 'The controller did not start: HAProxy writes no access log for Signalbox.',
    fix: [
      'Leave --gateway-access-log away, and add a "log" line to a front of your own.',
      'Or use the embedded gateway: leave --gateway-driver away.',
    ],
  });

/** Refuses with `gateway/bad-setting` and `gateway/cannot`. */
function gatewayWish(flags: UpFlags): GatewayWish {
  const { listen, listenTls, workers, proxyProtocol, trust } = readSettings({
    listen: flags.gateway,
    'listen-tls': flags.gatewayTls,
    workers: flags.gatewayWorkers,
    'proxy-protocol': flags.gatewayProxyProtocol,
    trust: flags.gatewayTrust,
  });
  const { gatewayAccessLog: accessLog = null, gatewayDriver: driver } = flags;
  if (driver === 'haproxy' && accessLog !== null) throw noAccessLog();
  return { driver, listen, listenTls, workers, proxyProtocol, trust, accessLog };
}

/** Where the CLI of this user looks for a controller. */
export const userConfigDirectory = (): string =>
  configDirectory({ env: process.env, home: homedir() });

export async function ownVersion(): Promise<string> {
  const text = await readFile(join(import.meta.dirname, '../../package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function signalled(): Promise<{ why: string; code: number }> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () =>
        resolve({ why: 'The controller stops; apps, gateway and database go on.', code: 0 }),
      );
    }
  });
}

function greeting(server: RunningServer): string {
  const token = server.newAdminToken
    ? [
        `  admin token  ${server.newAdminToken}`,
        `               (shown once; kept in ${server.tokenFile}, readable by you only)`,
      ]
    : [`  admin token  in ${server.tokenFile}`];
  return [
    'Signalbox is up.',
    `  dashboard    ${server.url}  (API and git too)`,
    `  apps         ${server.gatewayUrl.replace('://', '://APP.')}`,
    `  database     ${server.database}`,
    ...token,
    '',
    'Next: signalbox app add NAME',
  ].join('\n');
}
