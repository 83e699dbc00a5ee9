import type { Database } from '../db/pool.ts';
import { apps, type App } from '../git/app.ts';
import type { CodeHost } from '../git/host.ts';
import { openSettings, type CodeHosts, type HostSettings } from '../git/host-settings.ts';
import { hostRows } from '../git/host-tables.ts';
import type { Clock } from '../kernel/clock.ts';

interface Needs {
  db: Database;
  /** Opens the settings. */
  key: Buffer;
  clock: Clock;
}

/** The hosts of all apps by their rows. A driver is made once and kept, as it may hold a key that it was lent. */
export function codeHosts({ db, key, clock }: Needs): CodeHosts {
  const made = new Map<string, { version: string; host: CodeHost }>();
  return {
    async of(appId) {
      const row = await hostRows.get(db, appId);
      const app = row && (await apps.byId(db, appId));
      if (!app) {
        made.delete(appId);
        return null;
      }
      const known = made.get(appId);
      if (known?.version === row.version) return known.host;
      const host = await driverFor(openSettings(key, row), { app, clock });
      // Somebody may have asked at the same time.
      const meanwhile = made.get(appId);
      if (meanwhile?.version === row.version) return meanwhile.host;
      made.set(appId, { version: row.version, host });
      return host;
    },
  };
}

/** What speaks to a hosting service is loaded only where one is wanted. */
async function driverFor(
  { kind, repository, url, access }: HostSettings,
  { app, clock }: { app: App; clock: Clock },
): Promise<CodeHost> {
  const { name, mainBranch } = app;
  const of = { app: name, repository, mainBranch };
  if (kind === 'github') {
    const { githubHost } = await import('../git/drivers/github/github-host.ts');
    const lent = access.kind === 'token' ? { token: access.token } : access;
    return githubHost({ ...of, ...(url === null ? {} : { url }), key: lent, clock });
  }
  // Only GitHub has another way in.
  if (access.kind !== 'token') throw new Error(`${kind} was given the key of an app`);
  const { token } = access;
  if (kind === 'gitlab') {
    const { gitlabHost } = await import('../git/drivers/gitlab/gitlab-host.ts');
    return gitlabHost({ ...of, token, url: url ?? 'https://gitlab.com' });
  }
  if (url === null) throw new Error('a Forgejo without an address');
  const { forgejoHost } = await import('../git/drivers/forgejo/forgejo-host.ts');
  return forgejoHost({ ...of, token, url });
}
