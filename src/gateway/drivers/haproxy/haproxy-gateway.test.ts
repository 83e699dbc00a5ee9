import { test } from 'node:test';
import { networkGateway } from '../../../../test/support/network-gateway.ts';
import { lockHolder } from '../../data-plane/gateway-lock.ts';
import { gatewayContract } from '../../gateway.contract.ts';
import { haproxyGateway } from './haproxy-gateway.ts';
import { haproxyRig, kill, withoutHaproxy } from './haproxy-rig.test-data.ts';
import { livingHaproxy } from './running-haproxy.ts';

if (withoutHaproxy !== false) test('the HAProxy gateway', { skip: withoutHaproxy });
else {
  gatewayContract('the HAProxy gateway', async () => {
    const { gateway, place, port, undo } = await haproxyRig();
    const it = {
      gateway,
      ...networkGateway(undo, () => port),

      /** The keeper and HAProxy at once; HAProxy's workers go with it. */
      async restart() {
        await kill(lockHolder(place.directory), livingHaproxy(place.directory));
        await it.gateway.tend();
        it.gateway = await haproxyGateway(place);
      },

      close: () => undo.run(),
    };
    return it;
  });
}
