import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { startPinned } from '../pinned-process.ts';
import type { Backend, Scene } from '../scene.ts';
import { cookieName, hiddenHeaderName, type Peer, untilAnswering } from './peer.ts';

/**
 * One thread. Place, share, cookie and hidden version are looked up in maps, which can be changed while it
 * runs; its own statistics count per backend, and a line for each request tells the latency.
 */
export const haproxy: Peer = {
  name: 'haproxy',
  program: 'haproxy',
  async start(scene, core) {
    const directory = join(scene.directory, 'haproxy');
    mkdirSync(directory);
    const port = await freePort();
    const securePort = await freePort();
    writeMaps(scene, directory);
    const file = join(directory, 'haproxy.cfg');
    writeFileSync(file, configuration(scene, directory, { port, securePort }));
    const logFile = join(directory, 'requests.log');
    const process = startPinned({
      core,
      program: 'haproxy',
      flags: ['-db', '-f', file],
      outputFile: logFile,
    });
    await untilAnswering(process, { port, host: scene.host });
    return {
      name: 'haproxy',
      process,
      port,
      secure: { port: securePort, http2: true },
      hiddenHeader: { name: hiddenHeaderName, value: scene.hidden.token },
      logFiles: [logFile],
      end: () => process.end(),
    };
  },
};

function writeMaps(scene: Scene, directory: string): void {
  const write = (name: string, lines: readonly string[]) =>
    writeFileSync(join(directory, `${name}.map`), `${lines.join('\n')}\n`);
  write('places', [
    `${scene.host}/ shop`,
    `${scene.host}${scene.apiPath}/ api`,
    ...scene.otherHosts.map((host) => `${host}/ api`),
  ]);
  const percents = scene.versions.flatMap(({ name, weight }) => Array(weight).fill(name));
  write('shares', [
    ...percents.map((name, percent) => `shop:${percent} ${name}`),
    ...percents.map((_, percent) => `api:${percent} api`),
  ]);
  write('users', [
    ...scene.versions.map(({ name, token }) => `shop:${token} ${name}`),
    `api:${scene.api.token} api`,
  ]);
  write('hidden', [`shop:${scene.hidden.token} ${scene.hidden.name}`]);
  const backends = [...scene.versions, scene.hidden, scene.api];
  write(
    'tokens',
    backends.map(({ name, token }) => `${name} ${token}`),
  );
}

interface Ports {
  port: number;
  securePort: number;
}

function configuration(scene: Scene, directory: string, ports: Ports): string {
  return `global
  nbthread 1
  maxconn 6000
  stats socket ${directory}/control.sock mode 600 level admin
  log stdout format raw local0
  ssl-default-bind-options ssl-min-ver TLSv1.2

defaults
  mode http
  log global
  log-format '{"backend":"%b","server":"%s","status":%ST,"firstByteMs":%Tr,"totalMs":%Ta,"bytes":%B,"ended":"%ts","path":"%HP"}'
  http-reuse always
  option redispatch
  retries 1
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout http-request 20s
  timeout http-keep-alive 60s
  timeout tunnel 1h

frontend edge
  bind 127.0.0.1:${ports.port} backlog 4096
  bind 127.0.0.1:${ports.securePort} backlog 4096 ssl crt ${scene.certificate.bothFile} alpn h2,http/1.1
  http-request set-var(txn.place) base,map_beg(${directory}/places.map)
  http-request return status 404 content-type text/plain string "Nothing is here." unless { var(txn.place) -m found }
  http-request set-var(txn.header) req.hdr(${hiddenHeaderName})
  http-request set-var(txn.cookie) req.cook(${cookieName})
  http-request set-var(txn.version) var(txn.place),concat(:,txn.header),map_str(${directory}/hidden.map) if { var(txn.header) -m found }
  http-request set-var(txn.version) var(txn.place),concat(:,txn.cookie),map_str(${directory}/users.map) if { var(txn.cookie) -m found } !{ var(txn.version) -m found }
  http-request set-var(txn.percent) rand(100) unless { var(txn.version) -m found }
  http-request set-var(txn.version) var(txn.place),concat(:,txn.percent),map_str(${directory}/shares.map) if { var(txn.percent) -m found }
  http-request del-header x-forwarded- -m beg
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-response add-header Set-Cookie "${cookieName}=%[var(txn.version),map_str(${directory}/tokens.map)]; Path=/; HttpOnly; SameSite=Lax" if { var(txn.percent) -m found }
  use_backend %[var(txn.version)]

${[...scene.versions, scene.hidden, scene.api].map(backend).join('\n')}`;
}

function backend({ name, port }: Backend): string {
  return `backend ${name}
  server first 127.0.0.1:${port} pool-max-conn 2000
`;
}
