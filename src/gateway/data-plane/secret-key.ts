import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const file = 'secret.key';
const keyBytes = 32;

/** Signs cookies and visits, the same for as long as the working directory is. Nobody else can read it. */
export function secretKey(): Buffer {
  const known = read();
  if (known !== null) return known;
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, randomBytes(keyBytes).toString('hex'), { mode: 0o600 });
  rmSync(file, { force: true });
  linkSync(fresh, file);
  rmSync(fresh);
  return read()!;
}

function read(): Buffer | null {
  try {
    const key = Buffer.from(readFileSync(file, 'utf8'), 'hex');
    return key.length === keyBytes ? key : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
