import type { z } from 'zod';
import type { configFile } from './schema/config-file.ts';

/**
 * A signalbox.yaml with every default filled in: durations in milliseconds, sizes in bytes, shorthands
 * written out, what is absent `null`. Plain JSON, so that it may be stored.
 */
export type Config = z.output<typeof configFile>;

export type Build = Config['build'];
export type Job = Config['jobs'][string];
export type Check = Config['checks'][string];
export type PreviewSettings = Config['environments']['preview'];
export type { Health, Service } from './schema/services.ts';
export type { Seed, Store } from './schema/stores.ts';
