import { connect } from 'node:net';

/** HAProxy did not take a command as it must; its words are the message. */
export class RuntimeRefusal extends Error {
  override readonly name = 'RuntimeRefusal';
}

export const workerSocket = 'admin.sock';
export const masterSocket = 'master.sock';

const patienceMs = 10_000;
/** A command with its payload has to fit into one of HAProxy's buffers. */
const payloadBytes = 24 * 1024;

/** What HAProxy answers on one of its sockets in the working directory. Rejects when nobody is there or speaks. */
export function askHaproxy(socketPath: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path: socketPath, allowHalfOpen: true });
    const pieces: Buffer[] = [];
    socket.setTimeout(patienceMs, () =>
      socket.destroy(
        new Error(`HAProxy did not answer in ${patienceMs} ms: ${command.slice(0, 80)}`),
      ),
    );
    socket.on('data', (piece: Buffer) => pieces.push(piece));
    socket.once('error', reject);
    socket.once('end', () => {
      socket.destroy();
      resolve(Buffer.concat(pieces).toString('utf8').trim());
    });
    // Whoever closes its side first may be cut off before the answer; a payload ends with an empty line.
    socket.end(`${command}\n`);
  });
}

/** For commands that are silent when they work. */
export async function tellHaproxy(command: string): Promise<void> {
  const answer = await askHaproxy(workerSocket, command);
  if (answer !== '') throw refusal(command, answer);
}

/** Adds lines to a map; `version` as `beginMap` gave it, otherwise they are seen at once. */
export async function addMapLines(
  map: string,
  lines: readonly (readonly [key: string, value: string])[],
  version = '',
): Promise<void> {
  const at = version === '' ? '' : `@${version} `;
  for (const chunk of chunks(lines.map(([key, value]) => `${key} ${value}\n`))) {
    await tellHaproxy(`add map ${at}${map} <<\n${chunk}`);
  }
}

/** All lines of a map at once: nobody sees some of the new and some of the old. */
export async function replaceMap(
  map: string,
  lines: readonly (readonly [key: string, value: string])[],
): Promise<void> {
  const answer = await askHaproxy(workerSocket, `prepare map ${map}`);
  const [, version] = /version created: (\d+)/.exec(answer) ?? [];
  if (version === undefined) throw refusal(`prepare map ${map}`, answer);
  await addMapLines(map, lines, version);
  await tellHaproxy(`commit map @${version} ${map}`);
}

/** One line, in one moment. */
export async function setMapLine(
  map: string,
  [key, value]: readonly [key: string, value: string],
): Promise<void> {
  await tellHaproxy(`set map ${map} ${word(key)} ${word(value)}`);
}

/** Those that are not there are no trouble. */
export async function removeMapLines(map: string, keys: readonly string[]): Promise<void> {
  for (const chunk of chunks(keys.map((key) => `del map ${map} ${word(key)};`))) {
    await askHaproxy(workerSocket, chunk);
  }
}

export function refusal(command: string, answer: string): RuntimeRefusal {
  return new RuntimeRefusal(`HAProxy answered "${command.slice(0, 120)}" with: ${answer}`);
}

/** HAProxy takes a space for the end of a word and a semicolon for the end of a command. */
const word = (text: string): string => text.replaceAll(/[\\; ]/g, (letter) => `\\${letter}`);

function chunks(pieces: readonly string[]): string[] {
  const all: string[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (last === undefined || last.length + piece.length > payloadBytes) all.push(piece);
    else all[all.length - 1] = last + piece;
  }
  return all;
}
