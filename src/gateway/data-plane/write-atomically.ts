import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The file holds exactly this text, also after a power cut, when it resolves; before that its old text. */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const temporary = `${file}.new`;
  await inFile(temporary, 'w', async (handle) => {
    await handle.writeFile(text);
    await handle.sync();
  });
  await rename(temporary, file);
  await inFile(dirname(file), 'r', (directory) => directory.sync());
}

async function inFile(
  path: string,
  flags: string,
  use: (handle: Awaited<ReturnType<typeof open>>) => Promise<void>,
): Promise<void> {
  const handle = await open(path, flags, 0o600);
  try {
    await use(handle);
  } finally {
    await handle.close();
  }
}
