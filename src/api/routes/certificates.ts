import { askForCertificate } from '../../gateway/certificates/ask-for-certificate.ts';
import {
  describeCertificates,
  findCertificates,
} from '../../gateway/certificates/describe-certificates.ts';
import { removeCertificate } from '../../gateway/certificates/remove-certificate.ts';
import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

type Names = 'listCertificates' | 'getCertificates' | 'orderCertificate' | 'removeCertificate';

export function certificateHandlers(world: ApiWorld): Pick<Handlers, Names> {
  const { db, clock } = world;
  return {
    listCertificates: () => describeCertificates(db, clock.now()),

    getCertificates: async ({ certificate }) => ({
      certificates: await findCertificates(db, certificate, clock.now()),
    }),

    async orderCertificate({ names, dns, force }, { actor }) {
      const asked = { names, dns, force, by: actor.name };
      const {
        id,
        names: ordered,
        expiresAt,
        nextAttemptAt,
      } = await askForCertificate(world, asked);
      const isDue = nextAttemptAt <= clock.now();
      const text = isDue
        ? `A certificate for ${ordered.join(', ')} is ordered within a minute.`
        : expiresAt === null
          ? `The CA wants to be asked for ${ordered.join(', ')} at ${nextAttemptAt.toISOString()} or later; it will be.`
          : `There is one for ${ordered.join(', ')}, valid until ${expiresAt.toISOString()}; it is renewed by itself.`;
      return { id, text };
    },

    async removeCertificate({ certificate }) {
      const { names } = await removeCertificate(db, certificate, clock.now());
      return { text: `The certificate for ${names.join(', ')} is gone within seconds.` };
    },
  };
}
