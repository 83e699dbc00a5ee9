import { chownSync } from 'node:fs';

/**
 * The gateway's own user where it was started as root: no passwd entry needed, and outside the ranges that
 * Debian, Fedora and systemd give to people, services and dynamic users.
 */
const gatewayUser = 61_183;

/** Nothing but the working directory belongs to this process afterwards, if it was root's. */
export function dropPrivileges(): void {
  if (process.getuid?.() !== 0) return;
  chownSync('.', gatewayUser, gatewayUser);
  process.setgroups?.([]);
  process.setgid?.(gatewayUser);
  process.setuid?.(gatewayUser);
}
