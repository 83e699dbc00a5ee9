import type { CallName, EndpointName, Input, Output } from '../../../src/api/contract/all.ts';
import type { Role } from '../../../src/kernel/role.ts';
import { headersOf, signedOut } from './credentials.ts';
import { Refusal } from './refusal.ts';

/** An endpoint of the contract as the browser knows it. */
export type EndpointRef<Name extends EndpointName> = readonly [
  name: Name,
  method: string,
  path: string,
  role: Role,
];

/** What goes over the wire for a value of the contract: points in time are text there. */
export type Wire<Value> = Value extends Date
  ? string
  : Value extends object
    ? { [Key in keyof Value]: Wire<Value[Key]> }
    : Value;

export type Given<Name extends EndpointName> = Wire<Input<Name>>;
export type Answer<Name extends EndpointName> = Wire<Output<Name>>;

interface CallOptions {
  signal?: AbortSignal;
  /** Goes on when the page is being left. */
  keepalive?: boolean;
}

/** Asks the API once. Throws a Refusal with its words, also when nobody answers; an AbortError when it was given up. */
export async function call<Name extends CallName>(
  ref: EndpointRef<Name>,
  input: Given<Name>,
  options: CallOptions = {},
): Promise<Answer<Name>> {
  const [, method, template] = ref;
  const { path, rest } = filled(template, input);
  const hasBody = method !== 'GET' && method !== 'DELETE';
  const reply = await ask(hasBody ? path : path + queryOf(rest), {
    method,
    ...options,
    headers: headersOf(method, hasBody),
    ...(hasBody ? { body: JSON.stringify(rest) } : {}),
  });
  if (reply.status === 401) signedOut();
  if (!reply.ok) throw await Refusal.from(reply);
  return (await reply.json()) as Answer<Name>;
}

/** The address of an endpoint with its parameters, for streams and sockets. */
export function addressOf<Name extends EndpointName>(
  [, , template]: EndpointRef<Name>,
  input: Given<Name>,
): string {
  const { path, rest } = filled(template, input);
  return path + queryOf(rest);
}

async function ask(path: string, how: RequestInit): Promise<Response> {
  try {
    return await fetch(path, how);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw Refusal.unreachable();
  }
}

function filled(template: string, input: unknown): { path: string; rest: Record<string, unknown> } {
  const rest: Record<string, unknown> = { ...(input as object) };
  const path = template.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = String(rest[name]);
    delete rest[name];
    return encodeURIComponent(value);
  });
  return { path, rest };
}

function queryOf(rest: Record<string, unknown>): string {
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString()}`;
}
