import { setTimeout as pause } from 'node:timers/promises';
import { cleanup, freePort } from '../../../../test/support/gateway-rig.ts';
import { networkGateway } from '../../../../test/support/network-gateway.ts';
import { warmDirectory } from '../../../../test/support/warm-directory.ts';
import { lockHolder } from '../../data-plane/gateway-lock.ts';
import { isAlive } from '../../data-plane/process-identity.ts';
import { livingWorkers } from '../../data-plane/worker-register.ts';
import { gatewayContract } from '../../gateway.contract.ts';
import { embeddedGateway } from './embedded-gateway.ts';
import { stopGateway } from './stop-gateway.ts';

gatewayContract('the embedded gateway', async () => {
  const undo = cleanup();
  const directory = await warmDirectory(undo);
  const port = await freePort();
  const place = { directory, listen: `127.0.0.1:${port}`, settings: { workers: 2 } };
  undo.add(() => stopGateway(directory, 200));

  const it = {
    gateway: await embeddedGateway(place),
    ...networkGateway(undo, () => port),

    /** All at once: primary process and workers. */
    async restart() {
      const all = [lockHolder(directory)!, ...livingWorkers(directory)];
      for (const { pid } of all) process.kill(pid, 'SIGKILL');
      while (all.some(isAlive)) await pause(5);
      await it.gateway.tend();
      it.gateway = await embeddedGateway(place);
    },

    close: () => undo.run(),
  };
  return it;
});
