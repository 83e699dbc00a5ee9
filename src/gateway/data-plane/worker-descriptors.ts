import { acceptsPerTurn } from './forward/accept-sockets.ts';
import { type Listeners, listenerText } from './open-listener.ts';

const firstDescriptor = 3;

/** What a worker's descriptors from 3 on are: each listening socket several times, one after the other. */
export const workerDescriptors = ({ plain, tls }: Listeners): number[] =>
  [plain, ...(tls === null ? [] : [tls])].flatMap(({ fd }) =>
    Array.from({ length: acceptsPerTurn }, () => fd),
  );

/** The same as flags for the worker: where each begins, and its port. */
export function inherits({ plain, tls }: Listeners): string[] {
  const fd = firstDescriptor + acceptsPerTurn;
  return [
    '--inherit',
    listenerText({ ...plain, fd: firstDescriptor }),
    ...(tls === null ? [] : ['--inherit-tls', listenerText({ ...tls, fd })]),
  ];
}
