import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { DnsRecord } from './tables.ts';

/** The program did not do it; the message has its last words. */
export class DnsHookFailed extends Error {
  override readonly name = 'DnsHookFailed';
}

const longestMs = 120_000;
const keptCharacters = 600;

/** Where and what a CA looks for (RFC 8555, 8.4); the same for a name and the wildcard below it. */
export const dnsRecord = (name: string, proof: string): DnsRecord => ({
  name: `_acme-challenge.${name}`,
  value: createHash('sha256').update(proof).digest('base64url'),
});

/**
 * The program has added or removed a TXT record and ended with 0 when it resolves; it must be safe to
 * repeat. It learns ACTION, NAME and VALUE from its environment, where nothing else of ours is but PATH, and
 * has `limitMs`. Refuses with a DnsHookFailed.
 */
export function runDnsHook(
  program: string,
  action: 'add' | 'remove',
  { name, value }: DnsRecord,
  limitMs = longestMs,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [], {
      env: { PATH: process.env['PATH'], ACTION: action, NAME: name, VALUE: value },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that what it started ends with it.
      detached: true,
    });
    let said = '';
    const hear = (piece: Buffer): void =>
      void (said = (said + piece.toString()).slice(-keptCharacters));
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    let tooLong = false;
    const timer = setTimeout(() => {
      tooLong = true;
      endGroup(child.pid);
    }, limitMs);
    const end = (how: string | null): void => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      if (how === null) return resolve();
      const words = said.trim();
      const told = words === '' ? 'It said nothing.' : `It said: ${words}`;
      reject(new DnsHookFailed(`The DNS hook was to ${action} ${name} and ${how}. ${told}`));
    };
    child.once('error', ({ message }) => end(`could not be run (${message})`));
    // Not 'close': something it left in the background may hold its output open.
    child.once('exit', (code, signal) => {
      if (tooLong) return end(`took longer than ${limitMs / 1000} s`);
      setImmediate(() => end(code === 0 ? null : `ended with ${code ?? signal}`));
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself just now.
  }
}
