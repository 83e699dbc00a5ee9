import type { Database } from '../db/pool.ts';
import type { AcmeSettings } from '../gateway/certificates/acme-settings.ts';
import { certificateFiles } from '../gateway/certificates/certificate-files.ts';
import { orderDue } from '../gateway/certificates/order-due.ts';
import { servedPairs } from '../gateway/certificates/served-pairs.ts';
import { acme as acmeTable } from '../gateway/certificates/tables.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Duty } from '../workflow/duty.ts';

export interface CertificateSettings {
  /** Where certificates lie as files; null: nowhere. */
  directory: string | null;
  /** null: nothing is ordered. */
  acme: AcmeSettings | null;
}

export interface CertificatesDuty {
  /** For one controller at a time. */
  duty: Duty;
  /** For every controller, every `everyMs`, never twice at once. */
  serve: { everyMs: number; work(): Promise<void> };
}

interface Needs {
  db: Database;
  key: Buffer;
  gateway: Pick<Gateway, 'apply' | 'routes' | 'setCertificates'>;
  clock: Clock;
  log(line: string): void;
}

const lookAgainMs = 1000;

/** Certificates are ordered before they are needed, and the gateway has those that are there. */
export function certificatesDuty(
  world: Needs,
  settings: CertificateSettings,
  everyMs = 60_000,
): CertificatesDuty {
  const { directory, acme } = settings;
  const files = directory === null ? null : certificateFiles(directory, world.clock);
  const serve = servedPairs(world, files);
  let isOffered = false;
  let trouble = '';
  return {
    duty: {
      name: 'certificates',
      everyMs,
      work: async () => {
        if (acme !== null) await orderDue({ ...world, lookAgainMs }, acme);
      },
    },
    serve: {
      everyMs: 2000,
      async work() {
        if (!isOffered) await acmeTable.setOffer(world.db, acme && offerOf(acme));
        isOffered = true;
        try {
          await serve();
          trouble = '';
        } catch (error) {
          const text = error instanceof Error ? error.message : String(error);
          // It is tried again every time; once is enough to be told.
          if (text !== trouble) world.log(`The gateway did not get its certificates: ${text}`);
          trouble = text;
        }
      },
    },
  };
}

const offerOf = ({ directoryUrl, email, dnsHook }: AcmeSettings) => ({
  directoryUrl,
  email,
  hasDnsHook: dnsHook !== null,
});
