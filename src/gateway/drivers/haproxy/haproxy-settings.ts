import { availableParallelism } from 'node:os';
import { isIP } from 'node:net';
import type { ParseArgsOptionsConfig } from 'node:util';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';

/** How HAProxy is run, beyond where its directory is. */
export interface HaproxySettings {
  /** For example `127.0.0.1:8080`. */
  listen: string;
  /** The same for encrypted connections; null: none. */
  listenTls: string | null;
  /** The program, by path or as PATH finds it. */
  program: string;
  /** Null: one per core, at most 8. */
  threads: number | null;
  /**
   * Connections of clients that are open at once; more wait in the operating system's queue. Null: as many as
   * the limit of open files allows, at most some 32,000.
   */
  connections: number | null;
  /** Every connection begins with a PROXY protocol head, believed from trusted addresses only. */
  proxyProtocol: boolean;
  /** Addresses and networks whose forwarding headers are believed. */
  trust: readonly string[];
}

export const usualHaproxySettings: HaproxySettings = {
  listen: '127.0.0.1:8080',
  listenTls: null,
  program: 'haproxy',
  threads: null,
  connections: null,
  proxyProtocol: false,
  trust: [],
};

/** How `haproxyFlags` are read, for node:util's parseArgs. */
export const haproxyOptions = {
  listen: { type: 'string' },
  'listen-tls': { type: 'string' },
  program: { type: 'string' },
  threads: { type: 'string' },
  connections: { type: 'string' },
  'proxy-protocol': { type: 'boolean' },
  trust: { type: 'string', multiple: true },
} as const satisfies ParseArgsOptionsConfig;

interface HaproxyFlags {
  listen?: string | undefined;
  'listen-tls'?: string | undefined;
  program?: string | undefined;
  threads?: string | undefined;
  connections?: string | undefined;
  'proxy-protocol'?: boolean | undefined;
  trust?: string[] | undefined;
}

/** Refuses with `gateway/bad-setting` and `gateway/bad-trust`. */
export function readHaproxySettings(flags: HaproxyFlags): HaproxySettings {
  const usual = usualHaproxySettings;
  for (const network of flags.trust ?? []) refuseUnlessNetwork(network);
  return {
    listen: flags.listen ?? usual.listen,
    listenTls: flags['listen-tls'] ?? null,
    program: flags.program ?? usual.program,
    threads: flags.threads === undefined ? null : numberOf('--threads', flags.threads, 64),
    connections:
      flags.connections === undefined
        ? null
        : numberOf('--connections', flags.connections, 1_000_000),
    proxyProtocol: flags['proxy-protocol'] ?? false,
    trust: flags.trust ?? [],
  };
}

/** The same settings for a command line. */
export function haproxyFlags(settings: HaproxySettings): string[] {
  const { listen, listenTls, program, threads, connections, proxyProtocol, trust } = settings;
  return [
    '--listen',
    listen,
    '--program',
    program,
    ...(connections === null ? [] : ['--connections', String(connections)]),
    ...(listenTls === null ? [] : ['--listen-tls', listenTls]),
    ...(threads === null ? [] : ['--threads', String(threads)]),
    ...(proxyProtocol ? ['--proxy-protocol'] : []),
    ...trust.flatMap((network) => ['--trust', network]),
  ];
}

export const threadCount = ({ threads }: HaproxySettings): number =>
  threads ?? Math.min(availableParallelism(), 8);

function refuseUnlessNetwork(text: string): void {
  const [address = '', bits, ...more] = text.split('/');
  const longest = isIP(address) === 6 ? 128 : 32;
  const isWidth = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest);
  if (isIP(address) !== 0 && isWidth && more.length === 0) return;
  throw new SignalboxError({
    code: 'gateway/bad-trust',
    what: `The gateway cannot trust "${text}".`,
    why: 'Trusted is an address, or a network as an address and the width of its prefix.',
    fix: ['Write it like 10.0.0.1 or 10.0.0.0/8.'],
  });
}

function numberOf(flag: string, text: string, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
  throw new SignalboxError({
    code: 'gateway/bad-setting',
    what: `The gateway does not understand ${flag} ${text}.`,
    why: `It takes a whole number from 1 to ${most}.`,
    fix: [`Leave ${flag} away for the usual value, or write it like ${flag} 2.`],
  });
}
