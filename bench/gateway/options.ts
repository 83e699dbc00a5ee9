import { parseArgs } from 'node:util';

export interface Options {
  /** Names of cases; empty: all of them. */
  cases: readonly string[];
  /** Names of gateways; empty: all of them. */
  gateways: readonly string[];
  rounds: number;
  seconds: number;
  /** Route changes under load until a million requests have come. */
  long: boolean;
  /** Where everything measured is written; null: nowhere. */
  json: string | null;
  loadCore: string;
  gatewayCore: string;
}

/** What the command line says. */
export function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      case: { type: 'string', multiple: true, default: [] },
      gateway: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '5' },
      long: { type: 'boolean', default: false },
      json: { type: 'string' },
      'load-core': { type: 'string', default: '0' },
      'gateway-core': { type: 'string', default: '1' },
    },
  });
  return {
    cases: values.case,
    gateways: values.gateway,
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    long: values.long,
    json: values.json ?? null,
    loadCore: values['load-core'],
    gatewayCore: values['gateway-core'],
  };
}
