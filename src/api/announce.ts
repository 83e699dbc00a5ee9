import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { shortHash } from '../kernel/id.ts';
import { localControllerFile, type LocalController } from './contract/local-controller.ts';

interface Places {
  dataDirectory: string;
  /** configDirectory(…) of the user the controller was started by. */
  configDirectory: string;
}

/** The CLI of this machine and user finds the controller without being told. Repeatable. */
export async function announce(controller: LocalController, places: Places): Promise<void> {
  for (const file of announcements(places)) {
    const temporary = `${file}.${shortHash(`${process.pid}`)}`;
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(temporary, JSON.stringify(controller), { mode: 0o600 });
    await rename(temporary, file);
  }
}

/** Takes back what this process announced, and nothing of another controller. Repeatable. */
export async function withdraw(places: Places): Promise<void> {
  for (const file of announcements(places)) {
    if ((await announcedBy(file)) === process.pid) await rm(file, { force: true });
  }
}

async function announcedBy(file: string): Promise<number | null> {
  try {
    return (JSON.parse(await readFile(file, 'utf8')) as LocalController).pid;
  } catch {
    return null;
  }
}

function announcements({ dataDirectory, configDirectory }: Places): string[] {
  return [dataDirectory, configDirectory].map((directory) => join(directory, localControllerFile));
}
