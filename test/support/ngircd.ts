import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getDiffieHellman } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { integer, sequence } from '../../src/gateway/certificates/acme/der.ts';
import { type TestAuthority, testAuthority } from './test-certificates.ts';

/** A real ngircd of this test, on 127.0.0.1, with #shop and #blog. Its TLS certificate is for localhost. */
export interface Ngircd {
  name: string;
  port: number;
  tlsPort: number;
  /** PEM; who trusts it trusts the server. */
  ca: string;
  /** What it has logged. */
  log(): string;
  /** As if the machine had died; its port stays ours. */
  kill(): Promise<void>;
  /** After `kill`. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface NgircdOptions {
  name?: string;
  /** The server's own password. */
  password?: string;
  /** It slows down who sends much, as it does unless told otherwise. */
  penalties?: boolean;
  /** Other servers that may link to this one by their name, and those it links to by itself. */
  links?: readonly { name: string; port?: number }[];
  authority?: TestAuthority;
}

export const linkPassword = 'link-of-this-test';
export const operator = { name: 'oper', password: 'oper-of-this-test' };

/** Without the program tests of it are skipped; bin/setup installs it. */
export const hasNgircd = (() => {
  try {
    execFileSync('ngircd', ['--version'], { stdio: 'ignore', env: withSystemPrograms() });
    return true;
  } catch {
    return false;
  }
})();

export async function ngircd(options: NgircdOptions = {}): Promise<Ngircd> {
  const { name = 'irc.test', authority = testAuthority() } = options;
  const directory = await mkdtemp(path.join(tmpdir(), 'signalbox-ngircd-'));
  const [port, tlsPort] = await freePorts();
  const files = {
    config: path.join(directory, 'ngircd.conf'),
    cert: path.join(directory, 'cert.pem'),
    key: path.join(directory, 'key.pem'),
    dh: path.join(directory, 'dh.pem'),
  };
  const { certificate, key } = authority.issue(['localhost']);
  await writeFile(files.cert, certificate);
  await writeFile(files.key, key);
  await writeFile(files.dh, diffieHellman());
  await writeFile(files.config, configuration({ ...options, name, port, tlsPort, files }));
  // Started by root, it becomes nobody and reads these afterwards.
  await chmod(directory, 0o755);

  let child: ChildProcess | null = null;
  let log = '';
  async function start(): Promise<void> {
    const started = spawn('ngircd', ['-n', '-f', files.config], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: withSystemPrograms(),
    });
    child = started;
    for (const stream of [started.stdout, started.stderr])
      stream.on('data', (data) => (log += String(data)));
    process.once('exit', () => started.kill('SIGKILL'));
    while (!(await accepts(port))) {
      if (started.exitCode !== null) throw new Error(`ngircd ended:\n${log}`);
      await pause(25);
    }
  }
  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await start();
  return {
    name,
    port,
    tlsPort,
    ca: authority.certificate,
    log: () => log,
    kill,
    start,
    async stop() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface Configured extends NgircdOptions {
  name: string;
  port: number;
  tlsPort: number;
  files: { cert: string; key: string; dh: string };
}

const configuration = ({
  name,
  port,
  tlsPort,
  files,
  password,
  penalties,
  links = [],
}: Configured): string => `
[Global]
Name = ${name}
Info = a test of Signalbox
Listen = 127.0.0.1
Ports = ${port}
Network = TestNet
MotdPhrase = welcome
${password ? `Password = ${password}` : ''}
[Limits]
ConnectRetry = 5
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 20
${penalties ? '' : 'MaxPenaltyTime = 0'}
[Options]
DNS = no
Ident = no
PAM = no
[SSL]
CertFile = ${files.cert}
KeyFile = ${files.key}
DHFile = ${files.dh}
Ports = ${tlsPort}
[Operator]
Name = ${operator.name}
Password = ${operator.password}
[Server]
Name = services.test
MyPassword = ${linkPassword}
PeerPassword = ${linkPassword}
ServiceMask = *Serv
${links.map((link) => `[Server]\nName = ${link.name}\n${link.port ? `Host = 127.0.0.1\nPort = ${link.port}\n` : ''}MyPassword = ${linkPassword}\nPeerPassword = ${linkPassword}`).join('\n')}
[Channel]
Name = #shop
[Channel]
Name = #blog
`;

/** A known group (RFC 3526, 14) in PKCS #3: without a file ngircd looks for one of its own, for seconds. */
function diffieHellman(): string {
  const group = getDiffieHellman('modp14');
  const der = sequence(
    integer(Buffer.concat([Buffer.of(0), group.getPrime()])),
    integer(group.getGenerator()),
  );
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN DH PARAMETERS-----', ...lines, '-----END DH PARAMETERS-----', ''].join('\n');
}

/** Daemons live where an ordinary PATH does not look. */
function withSystemPrograms(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };
}

async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening');
  const [first = 0, second = 0] = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) await once(server.close(), 'close');
  return [first, second];
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return await new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  }).then((answer) => {
    socket.destroy();
    return answer === true;
  });
}
