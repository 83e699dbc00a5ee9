import type { Gateway } from '../gateway.ts';
import type { Place } from '../route.ts';

const environment = '';
const service = 'acme';

/**
 * The gateway shows this proof where a CA looks for it (RFC 8555, 8.3) while `work` runs. What a crash
 * leaves behind is taken away by `clearHttpProofs`.
 */
export async function withHttpProof<T>(
  gateway: Pick<Gateway, 'apply'>,
  of: { host: string; token: string; proof: string },
  work: () => Promise<T>,
): Promise<T> {
  const place: Place = { host: of.host, path: `/.well-known/acme-challenge/${of.token}` };
  const target = { kind: 'text', text: of.proof } as const;
  await gateway.apply([{ set: { ...place, environment, service, target } }]);
  try {
    return await work();
  } finally {
    await gateway.apply([{ remove: place }]);
  }
}

/** No proof of an attempt that has ended is shown when it resolves. Call it while no attempt runs. */
export async function clearHttpProofs(gateway: Pick<Gateway, 'apply' | 'routes'>): Promise<void> {
  const left = (await gateway.routes()).filter(
    (route) => route.environment === environment && route.service === service,
  );
  if (left.length === 0) return;
  await gateway.apply(left.map(({ host, path }) => ({ remove: { host, path } })));
}
