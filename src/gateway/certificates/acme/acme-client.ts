import type { KeyObject } from 'node:crypto';
import * as z from 'zod';
import { problemShape } from './acme-problem.ts';
import { askAuthority, readAs, type Reply } from './ask-authority.ts';
import { thumbprint } from './signed-message.ts';

const directoryShape = z.object({
  newNonce: z.url(),
  newAccount: z.url(),
  newOrder: z.url(),
});

const orderShape = z.object({
  status: z.enum(['pending', 'ready', 'processing', 'valid', 'invalid']),
  authorizations: z.array(z.url()).max(200),
  finalize: z.url(),
  certificate: z.url().optional(),
  error: problemShape.optional(),
});

/** A token goes into paths and host records, so nothing but what RFC 8555, 8.3 allows is taken. */
const challengeShape = z.object({
  type: z.string(),
  url: z.url(),
  status: z.enum(['pending', 'processing', 'valid', 'invalid']),
  token: z
    .string()
    .regex(/^[\w-]{16,200}$/)
    .optional(),
  error: problemShape.optional(),
});

const authorizationShape = z.object({
  identifier: z.object({ type: z.literal('dns'), value: z.string().max(253) }),
  status: z.enum(['pending', 'valid', 'invalid', 'deactivated', 'expired', 'revoked']),
  challenges: z.array(challengeShape).max(50),
});

export type AcmeOrder = z.output<typeof orderShape>;
export type AcmeAuthorization = z.output<typeof authorizationShape>;
export type AcmeChallenge = z.output<typeof challengeShape>;
/** With the pause the CA asks for until the next look. */
export type Looked<T> = T & { retryAfterMs: number | null };

/** What RFC 8555 lets an account do, one request each. All refuse with an AcmeProblem or an AcmeSilence. */
export interface AcmeClient {
  newOrder(names: readonly string[]): Promise<AcmeOrder & { url: string }>;
  order(url: string): Promise<Looked<AcmeOrder>>;
  authorization(url: string): Promise<Looked<AcmeAuthorization>>;
  /** From now on the CA may look for the proof. */
  proofIsThere(challenge: AcmeChallenge): Promise<void>;
  finalize(url: string, request: Buffer): Promise<void>;
  /** PEM, the own certificate first. */
  chain(url: string): Promise<string>;
  /** What proves that whoever shows it for this token has the account's key (RFC 8555, 8.1). */
  proof(token: string): string;
}

/**
 * The account of this key is there and its terms are agreed to when it resolves; an account that was there
 * before is found again by its key. Repeatable.
 */
export async function acmeClient(of: {
  directoryUrl: string;
  email: string;
  key: KeyObject;
}): Promise<AcmeClient> {
  const { directoryUrl, key } = of;
  const authority = askAuthority();
  const directory = readAs(directoryShape, await authority.get(directoryUrl), directoryUrl);
  let account: string | null = null;
  const post = (url: string, payload: object | null): Promise<Reply> =>
    authority.post({ key, account, url, payload }, directory.newNonce);
  const read = async <Shape extends z.ZodType>(shape: Shape, url: string) => {
    const reply = await post(url, null);
    return { ...(readAs(shape, reply, url) as object), retryAfterMs: reply.retryAfterMs } as Looked<
      z.output<Shape>
    >;
  };
  const contact = [`mailto:${of.email}`];
  const known = await post(directory.newAccount, { termsOfServiceAgreed: true, contact });
  account = located(known, directory.newAccount);

  return {
    async newOrder(names) {
      const identifiers = names.map((value) => ({ type: 'dns', value }));
      const reply = await post(directory.newOrder, { identifiers });
      const order = readAs(orderShape, reply, directory.newOrder);
      return { ...order, url: located(reply, directory.newOrder) };
    },
    order: (url) => read(orderShape, url),
    authorization: (url) => read(authorizationShape, url),
    proofIsThere: async ({ url }) => void (await post(url, {})),
    finalize: async (url, request) =>
      void (await post(url, { csr: request.toString('base64url') })),
    chain: async (url) => (await post(url, null)).body,
    proof: (token) => `${token}.${thumbprint(key)}`,
  };
}

function located({ location }: Reply, url: string): string {
  return readAs(z.url(), { body: JSON.stringify(location), location, retryAfterMs: null }, url);
}
