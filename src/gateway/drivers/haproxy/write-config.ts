import { backendName, type Lane, type PlacedRoute, serverName, type Slot } from './placed-route.ts';
import { frontRules } from './front-rules.ts';
import { type HaproxySettings, threadCount } from './haproxy-settings.ts';
import { statusPages } from './own-pages.ts';
import { logFormat } from './log-line.ts';

export interface ConfigParts {
  settings: HaproxySettings;
  /** Seals cookies and visits. */
  key: Buffer;
  slots: readonly Slot[];
  placed: Iterable<PlacedRoute>;
  hasCertificates: boolean;
}

/** Descriptors that HAProxy inherits: they listen on, whatever becomes of its processes. */
const plainDescriptor = 3;
const tlsDescriptor = 4;

/** Of heads, as in the embedded gateway; a buffer holds a head and what we add to it. */
const headBytes = 32 * 1024;
const addedBytes = 2 * 1024;

/** Counts that wait for whoever reads them: some 80,000 requests. */
const countBytes = 16 * 1024 * 1024;

/** HAProxy's whole configuration: what routes change while it runs is in it as of now. */
export function haproxyConfig(parts: ConfigParts): string {
  const { settings, hasCertificates } = parts;
  return [
    ...globalLines(settings),
    ...countLines,
    ...defaultLines(),
    ...frontLines('plain', `fd@${plainDescriptor}`, { ...parts, isSecure: false }),
    ...(settings.listenTls !== null && hasCertificates
      ? frontLines('encrypted', `fd@${tlsDescriptor} ssl crt certificates alpn h2,http/1.1`, {
          ...parts,
          isSecure: true,
        })
      : []),
    ...markerLines,
    'backend nothing from knocking',
    ...slotsLines(parts),
    '',
  ].join('\n');
}

function globalLines(settings: HaproxySettings): string[] {
  return section('global', [
    `nbthread ${threadCount(settings)}`,
    settings.connections === null ? 'fd-hard-limit 65536' : `maxconn ${settings.connections}`,
    'stats socket unix@admin.sock mode 600 level admin expose-fd listeners',
    'stats timeout 1h',
    'hard-stop-after 1h',
    `tune.bufsize ${headBytes + addedBytes}`,
    `tune.maxrewrite ${addedBytes}`,
    'tune.lua.session-timeout 0',
    'lua-load gateway.lua',
    'ssl-default-bind-options ssl-min-ver TLSv1.2',
  ]);
}

const countLines = section('ring counts', [
  'format raw',
  'maxlen 1400',
  `size ${countBytes}`,
  'timeout connect 1s',
  'timeout server 10s',
  'server keeper unix@counts.sock',
]);

/** Times as in the embedded gateway's limits. */
function defaultLines(): string[] {
  const usual = [
    'mode http',
    'timeout connect 5s',
    'timeout client 60s',
    'timeout client-fin 30s',
    'timeout http-request 10s',
    'timeout http-keep-alive 75s',
    'timeout queue 1s',
    'timeout server 60s',
    'timeout tunnel 1h',
    'retries 3',
    'option redispatch 1',
    'retry-on conn-failure empty-response',
    'option dontlognull',
    'option contstats',
    // Not leastconn: once a cookie has sent somebody to a server of weight 0, that sends everybody there.
    'balance random(2)',
    ...statusPages.map(
      ({ status }) =>
        `http-error status ${status} content-type text/plain lf-string "%[var(txn.accept,-),map_sub(forms.map,text),concat(/${status}),map_str(status.map)]"`,
    ),
  ];
  return [
    ...section('defaults asking', [
      ...usual,
      'option httpchk',
      'http-check send meth GET uri-lf "%[be_name,map_str(checks.map,/)]" ver HTTP/1.1 hdr Host health hdr User-Agent signalbox-health-check',
      'http-check expect status 200-399',
    ]),
    ...section('defaults knocking', usual),
  ];
}

function frontLines(
  name: string,
  address: string,
  { settings, key, isSecure }: ConfigParts & { isSecure: boolean },
): string[] {
  const trusts = settings.trust.length > 0;
  return section(`frontend ${name} from knocking`, [
    `bind ${address}`,
    'log ring@counts len 1400 format raw local0',
    `log-format "${logFormat}"`,
    ...(settings.proxyProtocol && trusts
      ? ['tcp-request connection expect-proxy layer4 if { src -f trusted.acl }']
      : []),
    ...frontRules({ key: key.toString('base64'), isSecure, trusts }),
    'default_backend nothing',
  ]);
}

/** Whoever asks here finds all earlier counts in front of its own line. */
const markerLines = section('frontend marker from knocking', [
  'bind unix@marker.sock mode 600',
  'log ring@counts len 1400 format raw local0',
  'log-format "m %HU"',
  'http-request return status 204',
]);

function slotsLines({ slots, placed }: ConfigParts): string[] {
  const servers = serversIn(placed);
  return slots.flatMap((slot, index) => slotLines(slot, index, servers.get(index) ?? []));
}

function slotLines({ checkMs }: Slot, index: number, servers: readonly string[]): string[] {
  return section(`backend ${backendName(index)} from ${checkMs === null ? 'knocking' : 'asking'}`, [
    'use-server %[var(txn.server)] if { var(txn.server) -m found }',
    'force-persist if { var(txn.visit) -m found }',
    ...(checkMs === null ? [] : [`timeout check ${Math.ceil(checkMs)}ms`]),
    ...servers.map((line) => `server ${line}`),
  ]);
}

function serversIn(placed: Iterable<PlacedRoute>): Map<number, string[]> {
  const servers = new Map<number, string[]>();
  for (const one of placed) {
    for (const lane of one.lanes) {
      if (lane.slot !== null) servers.set(lane.slot, serverLines(lane, one));
    }
  }
  return servers;
}

/** Unused ones are kept for the next request: a server that is added at run time would keep none by itself. */
const connections = 'pool-max-conn -1 pool-low-conn 0 pool-purge-delay 4s';

/** Name, address and all else that HAProxy has to know of the instances of a lane, in configuration or at run time. */
export function serverLines({ servers }: Lane, { route }: PlacedRoute): string[] {
  const health = route.target.kind === 'versions' ? route.target.health : null;
  const check =
    health === null
      ? // Three connections that failed take an instance out, one that comes about brings it back.
        'check inter 60s downinter 1s fall 1 rise 1 observe layer4 error-limit 3 on-error mark-down'
      : `check inter ${Math.ceil(health.everyMs)}ms fall 2 rise 2 observe layer4 error-limit 3 on-error mark-down`;
  return servers.map(
    ({ id, address, state }) =>
      `${serverName(id)} ${address} weight ${state === 'serving' ? 1 : 0} ${check} ${connections}`,
  );
}

function section(head: string, lines: readonly string[]): string[] {
  return ['', head, ...lines.map((line) => `  ${line}`)];
}
