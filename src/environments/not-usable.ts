import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Environment } from './environment.ts';

export const notLive = ({
  app,
  name,
  state,
  reason,
}: Pick<Environment, 'app' | 'name' | 'state' | 'reason'>): SignalboxError =>
  new SignalboxError({
    code: 'environment/not-live',
    what: `Nothing runs in ${app}/${name} yet; it is ${state}.`,
    why: reason ?? undefined,
    fix: [`signalbox doctor ${app}/${name}`],
  });

export const unknownService = (
  { app, name }: Pick<Environment, 'app' | 'name'>,
  service: string,
  known: readonly string[],
): SignalboxError =>
  new SignalboxError({
    code: 'service/unknown',
    what: `${app}/${name} has no service called ${service}.`,
    fix: [`Its services: ${known.join(', ')}`],
  });
