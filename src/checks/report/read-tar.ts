import { open, type FileHandle } from 'node:fs/promises';
import { blockBytes, extendedFacts, readTarHeader, type TarHeader, textIn } from './tar-header.ts';

export interface TarFile {
  /** As it stands there: only a text, which nobody may use as a path. */
  name: string;
  bytes: number;
  modifiedAt: Date;
  /** Its contents, read when asked; all of them are in memory then. */
  contents(): Promise<Buffer>;
}

/** What ends the reading of an archive early, in words. */
export interface TarTrouble {
  problem: string;
}

const mostEntries = 20_000;
const longestFacts = 64 * 1024;

/**
 * The plain files in a tar file that a job has made and may have made up: nothing is unpacked, links and devices are passed
 * over, contents that nobody asks for are not read. What cannot be read ends it with a problem; only trouble with
 * the disk itself throws.
 */
export async function* readTar(path: string): AsyncGenerator<TarFile | TarTrouble> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    yield* entries(file, size);
  } finally {
    await file.close();
  }
}

async function* entries(file: FileHandle, size: number): AsyncGenerator<TarFile | TarTrouble> {
  let told: { name?: string; bytes?: number } = {};
  let at = 0;
  for (let count = 0; at < size; count += 1) {
    if (count >= mostEntries) return yield { problem: `it has more than ${mostEntries} entries` };
    const header = readTarHeader(await bytesAt(file, at, blockBytes));
    if (header === 'end') return;
    if (header === null) return yield { problem: `it is damaged at byte ${at}` };
    const start = at + blockBytes;
    const bytes = header.kind === 'file' ? (told.bytes ?? header.bytes) : header.bytes;
    at = start + Math.ceil(bytes / blockBytes) * blockBytes;
    if (start + bytes > size) return yield { problem: 'it ends too early' };
    const isAboutNext = header.kind === 'long name' || header.kind === 'extended';
    if (isAboutNext) {
      if (bytes > longestFacts) return yield { problem: 'a name in it is too long' };
      told = { ...told, ...factsIn(header, await bytesAt(file, start, bytes)) };
      continue;
    }
    if (header.kind === 'file') {
      const { modifiedAt } = header;
      const contents = () => bytesAt(file, start, bytes);
      yield { name: told.name ?? header.name, bytes, modifiedAt, contents };
    }
    if (header.kind !== 'extended for all') told = {};
  }
}

const factsIn = ({ kind }: TarHeader, body: Buffer) =>
  kind === 'long name' ? { name: textIn(body) } : extendedFacts(body);

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
