import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { startPinned } from '../pinned-process.ts';
import type { Scene } from '../scene.ts';
import { cookieName, hiddenHeaderName, type Peer, untilAnswering } from './peer.ts';

/**
 * One processor. Debian's version has no weights of its own, so a version stands in the list as often as its
 * share says; its cookie is signed. It counts per server, not per version: versions are in the log alone.
 */
export const caddy: Peer = {
  name: 'caddy',
  program: 'caddy',
  async start(scene, core) {
    const directory = join(scene.directory, 'caddy');
    mkdirSync(directory);
    const port = await freePort();
    const securePort = await freePort();
    const file = join(directory, 'Caddyfile');
    writeFileSync(file, configuration(scene, directory, { port, securePort }));
    const process = startPinned({
      core,
      program: 'caddy',
      flags: ['run', '--config', file, '--adapter', 'caddyfile'],
      outputFile: join(directory, 'output.log'),
      environment: { GOMAXPROCS: '1', XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory },
    });
    await untilAnswering(process, { port, host: scene.host });
    return {
      name: 'caddy',
      process,
      port,
      secure: { port: securePort, http2: true },
      hiddenHeader: { name: hiddenHeaderName, value: scene.hidden.token },
      logFiles: [join(directory, 'requests.log')],
      end: () => process.end(),
    };
  },
};

interface Ports {
  port: number;
  securePort: number;
}

function configuration(scene: Scene, directory: string, ports: Ports): string {
  const { certificateFile, keyFile } = scene.certificate;
  const places = (host: string) => [
    [`http://${host}:${ports.port}`, ''],
    [`https://${host}:${ports.securePort}`, `tls ${certificateFile} ${keyFile}`],
  ];
  const sites = [
    // The load generator asks for a certificate of localhost, and gets none without a site of that name.
    ...[scene.host, 'localhost']
      .flatMap(places)
      .map(([address, tls]) => `${address} {\n${tls}\nimport shop\n}`),
    ...scene.otherHosts
      .flatMap(places)
      .map(([address, tls]) => `${address} {\n${tls}\nimport other\n}`),
  ];
  return `{
  admin unix/${directory}/control.sock
  auto_https off
  servers {
    metrics
    protocols h1 h2
  }
}
(requests) {
  log {
    output file ${directory}/requests.log {
      roll_disabled
    }
    format json
  }
}
${snippets(scene)}
:${ports.port} {
  respond 404
}
${sites.join('\n')}
`;
}

function snippets({ versions, hidden, api, apiPath }: Scene): string {
  // Its cookie is looked for from the front of the list, by a signature for each entry: the rare ones first.
  const shares = versions
    .toSorted((a, b) => a.weight - b.weight)
    .flatMap(({ port, weight }) => Array(Math.round(weight / 5)).fill(`127.0.0.1:${port}`));
  return `(forwarding) {
  header_up X-Forwarded-For {remote_host}
  transport http {
    keepalive_idle_conns_per_host 1024
  }
}
(shop) {
  import requests
  @hidden header ${hiddenHeaderName} ${hidden.token}
  handle ${apiPath}/* {
    reverse_proxy 127.0.0.1:${api.port} {
      import forwarding
    }
  }
  handle @hidden {
    reverse_proxy 127.0.0.1:${hidden.port} {
      import forwarding
    }
  }
  handle {
    reverse_proxy ${shares.join(' ')} {
      lb_policy cookie ${cookieName} ${hidden.token}
      import forwarding
    }
  }
}
(other) {
  import requests
  reverse_proxy 127.0.0.1:${api.port} {
    import forwarding
  }
}`;
}
