import { availableParallelism } from 'node:os';
import type { ParseArgsOptionsConfig } from 'node:util';
import { SignalboxError } from '../../kernel/signalbox-error.ts';

/** How a gateway works, beyond where its directory is. */
export interface GatewaySettings {
  /** For example `127.0.0.1:8080`. */
  listen: string;
  /** The same for encrypted connections; null: none. */
  listenTls: string | null;
  /** Processes that take connections; null: one per core, at most 8. */
  workers: number | null;
  /** Every connection begins with a PROXY protocol head, believed from trusted addresses only. */
  proxyProtocol: boolean;
  /** Addresses and networks whose forwarding headers are believed. */
  trust: readonly string[];
  /** A file for one line per request, relative to the gateway's directory; null: none. */
  accessLog: string | null;
  /** The share of requests that get a line, 0 to 1; server errors always do. */
  accessLogSample: number;
}

export const usualSettings: GatewaySettings = {
  listen: '127.0.0.1:8080',
  listenTls: null,
  workers: null,
  proxyProtocol: false,
  trust: [],
  accessLog: null,
  accessLogSample: 1,
};

/** How `settingsFlags` are read, for node:util's parseArgs. */
export const settingsOptions = {
  listen: { type: 'string' },
  'listen-tls': { type: 'string' },
  workers: { type: 'string' },
  'proxy-protocol': { type: 'boolean' },
  trust: { type: 'string', multiple: true },
  'access-log': { type: 'string' },
  'access-log-sample': { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;

export interface SettingsFlags {
  listen?: string | undefined;
  'listen-tls'?: string | undefined;
  workers?: string | undefined;
  'proxy-protocol'?: boolean | undefined;
  trust?: string[] | undefined;
  'access-log'?: string | undefined;
  'access-log-sample'?: string | undefined;
}

/** Refuses with `gateway/bad-setting`. */
export function readSettings(flags: SettingsFlags): GatewaySettings {
  return {
    listen: flags.listen ?? usualSettings.listen,
    listenTls: flags['listen-tls'] ?? null,
    workers: flags.workers === undefined ? null : numberOf('--workers', flags.workers, 1, 64),
    proxyProtocol: flags['proxy-protocol'] ?? false,
    trust: flags.trust ?? [],
    accessLog: flags['access-log'] ?? null,
    accessLogSample: numberOf('--access-log-sample', flags['access-log-sample'] ?? '1', 0, 1),
  };
}

/** The same settings for a command line. */
export function settingsFlags(settings: GatewaySettings): string[] {
  const flag = (name: string, value: string | number | null) =>
    value === null ? [] : [`--${name}`, String(value)];
  return [
    ...flag('listen', settings.listen),
    ...flag('listen-tls', settings.listenTls),
    ...flag('workers', settings.workers),
    ...(settings.proxyProtocol ? ['--proxy-protocol'] : []),
    ...settings.trust.flatMap((address) => flag('trust', address)),
    ...flag('access-log', settings.accessLog),
    ...flag('access-log-sample', settings.accessLogSample === 1 ? null : settings.accessLogSample),
  ];
}

export const sameSettings = (one: GatewaySettings, other: GatewaySettings): boolean =>
  settingsFlags(one).join('\n') === settingsFlags(other).join('\n');

export const workerCount = ({ workers }: GatewaySettings): number =>
  workers ?? Math.min(availableParallelism(), 8);

function numberOf(flag: string, text: string, least: number, most: number): number {
  const number = Number(text);
  const isWhole = least === 0 || Number.isInteger(number);
  if (text.trim() !== '' && isWhole && number >= least && number <= most) return number;
  throw new SignalboxError({
    code: 'gateway/bad-setting',
    what: `The gateway does not understand ${flag} ${text}.`,
    why: `It takes a ${least === 0 ? '' : 'whole '}number from ${least} to ${most}.`,
    fix: [
      `Leave ${flag} away for the usual value, or write it like ${flag} ${most === 1 ? 0.1 : 2}.`,
    ],
  });
}
