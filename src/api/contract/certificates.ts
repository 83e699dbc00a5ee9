import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { done, instant, sentence } from './fields.ts';

const hostName = z
  .string()
  .min(1)
  .max(300)
  .meta({ examples: ['shop.example.com', '*.preview.example.com'] });
const nameOrId = hostName.meta({
  description: 'A host name of it, its id, or the file it is in',
  examples: ['shop.example.com'],
});

const certificate = z
  .object({
    source: z.enum(['file', 'acme']),
    id: z.string().meta({ description: 'Of one from a file: its name' }),
    names: z.array(z.string()),
    state: z.enum(['active', 'waiting', 'failing', 'expired', 'unusable']).meta({
      description: 'failing: it serves on when it was issued before; unusable: see error',
    }),
    challenge: z.enum(['http-01', 'dns-01']).nullable(),
    askedBy: z.string().nullable(),
    issuer: z.string().nullable(),
    issuedAt: instant.nullable(),
    expiresAt: instant.nullable(),
    error: sentence.nullable(),
    fix: sentence.nullable(),
    nextAttemptAt: instant.nullable().meta({ description: 'When it is ordered or renewed' }),
  })
  .meta({ id: 'Certificate' });
export type Certificate = z.output<typeof certificate>;

export const listCertificates = endpoint({
  method: 'GET',
  path: '/api/v1/certificates',
  role: 'viewer',
  summary: 'List certificates from files and CAs, without their keys',
  reply: z.object({
    certificates: z.array(certificate),
    acme: z
      .object({ directoryUrl: z.string(), email: z.string(), hasDnsHook: z.boolean() })
      .nullable()
      .meta({ description: 'The CA that new ones are ordered from; null: none' }),
  }),
});

export const getCertificates = endpoint({
  method: 'GET',
  path: '/api/v1/certificates/:certificate',
  role: 'viewer',
  summary: 'Show the certificates that prove a name',
  params: { certificate: nameOrId },
  reply: z.object({ certificates: z.array(certificate) }),
});

export const orderCertificate = endpoint({
  method: 'POST',
  path: '/api/v1/certificates',
  role: 'admin',
  summary: 'Have a certificate ordered and kept new; one that failed is tried again',
  body: {
    names: z.array(hostName).min(1).max(100),
    dns: z.boolean().default(false).meta({ description: 'Proven by DNS, as wildcards always are' }),
    force: z.boolean().default(false).meta({ description: 'Also for names nothing is served at' }),
  },
  record: ['names', 'dns', 'force'],
  reply: done.extend({ id: z.string() }).meta({ id: 'OrderedCertificate' }),
});

export const removeCertificate = endpoint({
  method: 'DELETE',
  path: '/api/v1/certificates/:certificate',
  role: 'admin',
  summary: 'Serve and renew a certificate no more; it is not revoked',
  params: { certificate: nameOrId },
  reply: done,
});
