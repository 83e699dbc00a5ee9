import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import { controlSocket, type TroubleOnTheWire } from '../../data-plane/control-contract.ts';

export interface ControlCall {
  directory: string;
  /** Method and path, as the control server names them. */
  call: string;
  body?: unknown;
  timeoutMs: number;
}

/** The gateway could not be asked: it is not there, or it ended before it answered. */
export class GatewayGone extends Error {
  override readonly name = 'GatewayGone';
}

/** The gateway is of a version that knows no such call. */
export class CallUnknown extends Error {
  override readonly name = 'CallUnknown';
}

/** The gateway is there, but says nothing. */
export class GatewaySilent extends Error {
  override readonly name = 'GatewaySilent';
}

/**
 * The gateway's answer, not yet checked for shape. Rejects with GatewayGone, GatewaySilent or CallUnknown, with the
 * SignalboxError the gateway refused with, or with a plain error when the call itself was wrong.
 */
export async function control({ directory, call, body, timeoutMs }: ControlCall): Promise<unknown> {
  const path = shortPath(join(directory, controlSocket));
  try {
    const { status, text } = await exchange({ socketPath: path.text, call, body, timeoutMs });
    if (status === 200) return JSON.parse(text);
    if (status === 409) throw new SignalboxError(JSON.parse(text) as TroubleOnTheWire);
    if (status === 404) throw new CallUnknown(`The gateway does not know ${call}.`);
    throw new Error(`The gateway answered ${call} with ${status}: ${text}`);
  } finally {
    path.release();
  }
}

interface Exchange extends Omit<ControlCall, 'directory'> {
  socketPath: string;
}

function exchange({
  socketPath,
  call,
  body,
  timeoutMs,
}: Exchange): Promise<{ status: number; text: string }> {
  const [method, path] = call.split(' ');
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, agent: false }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.once('error', (error) => asked.destroy(error));
      answer.once('end', () => {
        clearTimeout(patience);
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(pieces).toString('utf8') });
      });
    });
    const patience = setTimeout(() => {
      asked.destroy(new GatewaySilent(`The gateway did not answer ${call} in ${timeoutMs} ms.`));
    }, timeoutMs);
    asked.once('error', (error) => {
      clearTimeout(patience);
      const isSilence = error instanceof GatewaySilent;
      reject(isSilence ? error : new GatewayGone(`${call}: ${error.message}`, { cause: error }));
    });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** A socket's path has 104 bytes on some systems, 108 on others, one of them for the end. */
const longestPathBytes = 103;

/** The same place under a name short enough to connect to, to be released afterwards. */
function shortPath(long: string): { text: string; release: () => void } {
  if (Buffer.byteLength(long) <= longestPathBytes) return { text: long, release: () => {} };
  const closed = mkdtempSync(join(tmpdir(), 'signalbox-'));
  const text = join(closed, 'control');
  symlinkSync(long, text);
  return { text, release: () => rmSync(closed, { recursive: true, force: true }) };
}
