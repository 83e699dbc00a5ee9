import { artifactFile } from '../build/build-once.ts';
import type { Fence } from '../kernel/fence.ts';
import { names, type Deploy, type Environment } from './environment.ts';
import type { World } from './world.ts';

/** Where one attempt of a deploy runs; 1 is the one that all instances begin with. */
export interface Ground {
  environment: Pick<Environment, 'id'>;
  deploy: Pick<Deploy, 'id' | 'artifactKey'>;
  attempt: number;
}

/** Its files are there, unpacked from the artifact, when it resolves. Repeatable. */
export async function keepGround(
  world: Pick<World, 'runtime' | 'build'>,
  { environment, deploy, attempt }: Ground,
  fence: Fence,
): Promise<void> {
  const workspace = {
    id: names.ground(deploy.id, attempt),
    owner: names.owner(environment.id),
    isolation: names.isolation(environment.id),
    archives: [artifactFile(world.build.directory, deploy.artifactKey)],
  };
  await world.runtime.ensureWorkspace(workspace, fence);
}
