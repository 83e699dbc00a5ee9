import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type AcmeMessage, type Jwk, jwkThumbprint, Refusal } from './acme-message.ts';
import { ask } from './gateway-rig.ts';
import { type Issuer, readRequest } from './issue-certificate.ts';

export interface AcmeOrder {
  account: string;
  names: string[];
  status: string;
  authorizations: string[];
  certificate: string | null;
}

interface Authorization {
  name: string;
  isWildcard: boolean;
  status: string;
  token: string;
  jwk: Jwk;
  /** By kind. */
  challenges: Record<string, { status: string; error?: { type: string; detail: string } }>;
}

/** What a CA remembers. */
export interface AcmeBooks {
  base: string;
  issuer: Issuer;
  accounts: Map<string, Jwk>;
  orders: Map<string, AcmeOrder>;
  authorizations: Map<string, Authorization>;
  options: AcmeServerOptions;
}

export interface AcmeServerOptions {
  /** Where http-01 looks, at 127.0.0.1 instead of port 80 of the name. */
  httpPort?: number;
  /** Where dns-01 looks: lines of `NAME VALUE`. */
  dnsFile?: string;
  lifetimeMs?: number;
  now?: () => Date;
}

export interface AcmeAnswer {
  status?: number;
  location?: string;
  body: unknown;
}

export const urn = 'urn:ietf:params:acme:error:';

/** Does what a message asks for and says what is answered; refuses with a Refusal. */
export function answerMessage(
  books: AcmeBooks,
  of: { step: string; id: string; message: AcmeMessage },
): AcmeAnswer {
  const { step, id, message } = of;
  if (step === 'new-account') return newAccount(books, message);
  if (message.account === null) throw new Refusal('malformed', 'this needs an account');
  if (step === 'new-order') return newOrder(books, message, message.account);
  if (step === 'authorization') return { body: authorizationBody(books, id) };
  if (step === 'challenge') return { body: begin(books, id) };
  const order = books.orders.get(id);
  if (!order || order.account !== message.account) throw new Refusal('malformed', 'what?', 404);
  if (step === 'finalize') finalize(books, order, message);
  if (step === 'certificate') return { body: order.certificate ?? '' };
  return { body: orderBody(books, id, order) };
}

function newAccount({ base, accounts }: AcmeBooks, { jwk, payload }: AcmeMessage): AcmeAnswer {
  if (payload?.['termsOfServiceAgreed'] !== true) throw new Refusal('userActionRequired', 'agree');
  const url = `${base}/account/${jwkThumbprint(jwk)}`;
  const status = accounts.has(url) ? 200 : 201;
  accounts.set(url, jwk);
  return { status, location: url, body: { status: 'valid' } };
}

function newOrder(books: AcmeBooks, { jwk, payload }: AcmeMessage, account: string): AcmeAnswer {
  const asked = (payload?.['identifiers'] ?? []) as { value: string }[];
  const names = asked.map(({ value }) => value);
  if (names.length === 0) throw new Refusal('malformed', 'an order without names');
  const authorizations = names.map((name) => {
    const id = randomBytes(8).toString('hex');
    books.authorizations.set(id, newAuthorization(name, jwk));
    return id;
  });
  const id = randomBytes(8).toString('hex');
  const order = { account, names, status: 'pending', authorizations, certificate: null };
  books.orders.set(id, order);
  return { status: 201, location: `${books.base}/order/${id}`, body: orderBody(books, id, order) };
}

function newAuthorization(name: string, jwk: Jwk): Authorization {
  const isWildcard = name.startsWith('*.');
  const kinds = isWildcard ? ['dns-01'] : ['http-01', 'dns-01'];
  return {
    name: isWildcard ? name.slice(2) : name,
    isWildcard,
    status: 'pending',
    token: randomBytes(24).toString('base64url'),
    jwk,
    challenges: Object.fromEntries(kinds.map((kind) => [kind, { status: 'pending' }])),
  };
}

/** A challenge's address: the authorization's id, a dot, the kind. */
function begin(books: AcmeBooks, address: string): unknown {
  const [id = '', kind = ''] = address.split('.');
  const authorization = books.authorizations.get(id);
  const challenge = authorization?.challenges[kind];
  if (!authorization || !challenge) throw new Refusal('malformed', 'what?', 404);
  if (challenge.status !== 'pending') return { status: challenge.status };
  challenge.status = 'processing';
  const judge = (error: { type: string; detail: string } | null): void => {
    if (error !== null) challenge.error = error;
    challenge.status = authorization.status = error === null ? 'valid' : 'invalid';
  };
  const missing = { type: `${urn}unauthorized`, detail: 'the proof is not there' };
  void isProven(authorization, kind, books.options).then(
    (proven) => judge(proven ? null : missing),
    (error: unknown) => judge({ type: `${urn}connection`, detail: String(error) }),
  );
  return { status: 'processing' };
}

function authorizationBody({ base, authorizations }: AcmeBooks, id: string): unknown {
  const found = authorizations.get(id);
  if (!found) throw new Refusal('malformed', 'what?', 404);
  return {
    identifier: { type: 'dns', value: found.name },
    ...(found.isWildcard ? { wildcard: true } : {}),
    status: found.status,
    challenges: Object.entries(found.challenges).map(([type, { status, error }]) => ({
      type,
      url: `${base}/challenge/${id}.${type}`,
      status,
      token: found.token,
      ...(error ? { error } : {}),
    })),
  };
}

function orderBody({ base, authorizations }: AcmeBooks, id: string, order: AcmeOrder): unknown {
  const states = order.authorizations.map((each) => authorizations.get(each)?.status);
  if (order.status === 'pending') {
    if (states.every((each) => each === 'valid')) order.status = 'ready';
    if (states.includes('invalid')) order.status = 'invalid';
  }
  return {
    status: order.status,
    identifiers: order.names.map((value) => ({ type: 'dns', value })),
    authorizations: order.authorizations.map((each) => `${base}/authorization/${each}`),
    finalize: `${base}/finalize/${id}`,
    ...(order.certificate === null ? {} : { certificate: `${base}/certificate/${id}` }),
  };
}

function finalize(
  { issuer, options }: AcmeBooks,
  order: AcmeOrder,
  { payload }: AcmeMessage,
): void {
  if (order.status !== 'ready') throw new Refusal('orderNotReady', order.status, 403);
  const request = readRequest(Buffer.from(String(payload?.['csr']), 'base64url'));
  if (request.names.join() !== order.names.join()) throw new Refusal('badCSR', 'other names');
  const from = options.now?.() ?? new Date();
  const to = new Date(from.getTime() + (options.lifetimeMs ?? 90 * 86_400_000));
  order.certificate = issuer.issue(request, { from, to });
  order.status = 'valid';
}

async function isProven(
  { name, token, jwk }: Authorization,
  kind: string,
  { httpPort, dnsFile }: AcmeServerOptions,
): Promise<boolean> {
  const proof = `${token}.${jwkThumbprint(jwk)}`;
  if (kind === 'http-01') {
    const path = `/.well-known/acme-challenge/${token}`;
    const seen = await ask({ port: httpPort ?? 0, host: name, path });
    return seen.status === 200 && seen.text.trim() === proof;
  }
  const value = createHash('sha256').update(proof).digest('base64url');
  const zone = await readFile(dnsFile ?? '', 'utf8');
  return zone.split('\n').includes(`_acme-challenge.${name} ${value}`);
}
