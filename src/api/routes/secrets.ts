import { listSecrets, setSecret, unsetSecret } from '../../environments/secret.ts';
import { findApp } from '../../git/app.ts';
import { unusableBranchName } from '../../git/branch.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

type Names = 'listSecrets' | 'setSecret' | 'unsetSecret';

export function secretHandlers(world: ApiWorld): Pick<Handlers, Names> {
  return {
    async listSecrets({ app }) {
      const { id } = await findApp(world.db, app);
      return { secrets: await listSecrets(world.db, id) };
    },

    async setSecret({ app, scope, name, value }, { actor }) {
      const { id: appId } = await findApp(world.db, app);
      refuseBadScope(scope);
      await setSecret(world.db, world.key, { appId, scope, name, value, by: actor.name });
      return { text: `${name} is set for ${scope} of ${app}; the next deploy sees it.` };
    },

    async unsetSecret({ app, scope, name }) {
      const { id: appId } = await findApp(world.db, app);
      const was = await unsetSecret(world.db, { appId, scope, name });
      return {
        text: was
          ? `${name} is forgotten for ${scope} of ${app}.`
          : `${name} was not set for ${scope} of ${app}.`,
      };
    },
  };
}

/** The branch need not be there yet: its first push may want the secret. */
function refuseBadScope(scope: string): void {
  if (['preview', 'staging', 'production'].includes(scope)) return;
  const [, branch] = /^preview\/(.+)$/s.exec(scope) ?? [];
  if (branch !== undefined && unusableBranchName(branch) === null) return;
  throw new SignalboxError({
    code: 'secret/bad-scope',
    what: `A secret cannot be set for ${JSON.stringify(scope.slice(0, 100))}.`,
    why: 'It holds for all previews, for one stage, or for one preview.',
    fix: ['Use preview, staging, production, or preview/BRANCH.'],
  });
}
