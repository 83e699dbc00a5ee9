import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { startPinned } from '../pinned-process.ts';
import type { Backend, Scene } from '../scene.ts';
import { cookieName, hiddenHeaderName, type Peer, type PeerName, untilAnswering } from './peer.ts';

/**
 * One worker. Its shares and maps are part of the configuration (a change is a reload), and it counts nothing
 * per version: counts and latencies are in a buffered log of one line per request. Bodies pass through both
 * ways without touching the disk, in buffers of the size it ships with.
 */
export const nginx: Peer = nginxWith('nginx', '');

/** With buffers of 64 KB and more, which only long bodies notice. */
export const nginxLargeBuffers: Peer = {
  ...nginxWith(
    'nginx-large-buffers',
    `client_body_buffer_size 128k;
  proxy_buffers 8 64k;
  proxy_buffer_size 32k;
  proxy_busy_buffers_size 128k;`,
  ),
  longBodiesOnly: true,
};

function nginxWith(name: PeerName, buffers: string): Peer {
  return {
    name,
    program: 'nginx',
    async start(scene, core) {
      const directory = join(scene.directory, name);
      mkdirSync(directory);
      const ports = { port: await freePort(), securePort: await freePort() };
      const file = join(directory, 'nginx.conf');
      writeFileSync(file, configuration(scene, directory, { ...ports, buffers }));
      const process = startPinned({
        core,
        program: 'nginx',
        flags: ['-c', file, '-p', directory, '-e', join(directory, 'error.log')],
        outputFile: join(directory, 'output.log'),
      });
      await untilAnswering(process, { port: ports.port, host: scene.host });
      return {
        name,
        process,
        port: ports.port,
        secure: { port: ports.securePort, http2: true },
        hiddenHeader: { name: hiddenHeaderName, value: scene.hidden.token },
        logFiles: [join(directory, 'requests.log')],
        end: () => process.end(),
      };
    },
  };
}

interface Ports {
  port: number;
  securePort: number;
}

type Choices = Ports & { buffers: string };

function configuration(scene: Scene, directory: string, ports: Choices): string {
  return `daemon off;
worker_processes 1;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log warn;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 6000; }

http {
  server_tokens off;
  map_hash_bucket_size 256;
  keepalive_timeout 60s;
  keepalive_requests 100000000;
  client_max_body_size 2m;
  client_body_temp_path ${directory}/bodies;
  proxy_temp_path ${directory}/answers;
  fastcgi_temp_path ${directory}/unused;
  uwsgi_temp_path ${directory}/unused;
  scgi_temp_path ${directory}/unused;
  log_format counts escape=json '{"version":"$version","status":$status,"firstByteSeconds":"$upstream_header_time","totalSeconds":$request_time,"bytes":$bytes_sent,"upstream":"$upstream_addr","path":"$uri"}';

${versionMaps(scene)}
  map $http_upgrade $connection_header { default upgrade; "" ""; }

${[...scene.versions, scene.hidden, scene.api].map(upstream).join('\n')}
  proxy_http_version 1.1;
  proxy_request_buffering off;
  proxy_max_temp_file_size 0;
  ${ports.buffers}
  proxy_set_header Host $host;
  proxy_set_header Connection $connection_header;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-Forwarded-Host $host;
  ssl_certificate ${scene.certificate.certificateFile};
  ssl_certificate_key ${scene.certificate.keyFile};
  ssl_protocols TLSv1.2 TLSv1.3;
  access_log ${directory}/requests.log counts buffer=64k flush=1s;

  server {
    ${listen(ports, 'default_server')}
    return 404;
  }
  server {
    ${listen(ports, '')}
    server_name ${scene.host};
    location / {
      add_header Set-Cookie $fresh_cookie;
      proxy_pass http://$version;
    }
    location ${scene.apiPath}/ { proxy_pass http://${scene.api.name}; }
  }
  server {
    ${listen(ports, '')}
    server_name ${scene.otherHosts.join(' ')};
    location / { proxy_pass http://${scene.api.name}; }
  }
}
`;
}

const listen = ({ port, securePort }: Ports, how: string): string =>
  `listen 127.0.0.1:${port} ${how}; listen 127.0.0.1:${securePort} ${how} ssl http2;`;

/** The hidden version by its header, else the one of the cookie, else one by chance that the cookie then keeps. */
function versionMaps({ versions, hidden }: Scene): string {
  const shares = versions.map(({ name, weight }, index) =>
    index < versions.length - 1 ? `${weight}% ${name};` : `* ${name};`,
  );
  const kept = versions.map(({ name, token }) => `"${token}" ${name};`);
  const cookies = versions.map(
    ({ name, token }) => `${name} "${cookieName}=${token}; Path=/; HttpOnly; SameSite=Lax";`,
  );
  return `  split_clients "$connection-$connection_requests" $drawn { ${shares.join(' ')} }
  map $cookie_${cookieName} $kept { default ""; ${kept.join(' ')} }
  map $http_${hiddenHeaderName.replaceAll('-', '_')} $hidden { default ""; "${hidden.token}" ${hidden.name}; }
  map $kept $usual { default $kept; "" $drawn; }
  map $hidden $version { default $hidden; "" $usual; }
  map "$hidden$kept" $fresh { default ""; "" $drawn; }
  map $fresh $fresh_cookie { default ""; ${cookies.join(' ')} }`;
}

function upstream({ name, port }: Backend): string {
  return `  upstream ${name} {
    server 127.0.0.1:${port};
    keepalive 1024;
    keepalive_requests 100000000;
  }`;
}
