import { accessSync, constants, lchownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SignalboxError } from '../../kernel/signalbox-error.ts';

/**
 * The gateway's own user where it was started as root: no passwd entry needed, and outside the ranges that
 * Debian, Fedora and systemd give to people, services and dynamic users.
 */
export const gatewayUser = 61_183;

/**
 * Nothing but the working directory belongs to this process afterwards, if it was root's. Its workers and
 * successors have only the same user's rights: refuses with `gateway/out-of-reach` where that user cannot
 * read the code.
 */
export function dropPrivileges(entry: string): void {
  if (process.getuid?.() !== 0) return;
  give('.');
  process.setgroups?.([]);
  process.setgid?.(gatewayUser);
  process.setuid?.(gatewayUser);
  try {
    accessSync(process.execPath, constants.X_OK);
    accessSync(entry, constants.R_OK);
  } catch (cause) {
    throw new SignalboxError({
      code: 'gateway/out-of-reach',
      what: 'The gateway did not start.',
      why: `It does not run as root, and its own user cannot read the program: ${(cause as Error).message}.`,
      fix: [
        'Move Signalbox to a directory that every user can read, such as one below /opt.',
        'Or start it as a user other than root.',
      ],
      cause,
    });
  }
}

/** To the gateway's user, with what is in it: that may be of a gateway that ran as another user. */
export function give(directory: string): void {
  lchownSync(directory, gatewayUser, gatewayUser);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) give(path);
    else lchownSync(path, gatewayUser, gatewayUser);
  }
}
