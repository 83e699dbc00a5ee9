import { afterEach, beforeEach, describe } from 'node:test';
import { changeFacts } from './contract/changes.contract.ts';
import { countFacts } from './contract/counts.contract.ts';
import { drainFacts } from './contract/drains.contract.ts';
import type { ContractOptions, GatewayUnderTest } from './contract/gateway-under-test.ts';
import { healthFacts } from './contract/health.contract.ts';
import { mirrorFacts } from './contract/mirror.contract.ts';
import { pageFacts } from './contract/pages.contract.ts';
import { pauseFacts } from './contract/pauses.contract.ts';
import { signedVisitFacts } from './contract/signed-visits.contract.ts';
import { userFacts } from './contract/users.contract.ts';

/** What the port promises, for every driver and the fake. `options` names what a driver says it cannot. */
export function gatewayContract(
  name: string,
  open: () => Promise<GatewayUnderTest>,
  options: ContractOptions = {},
): void {
  describe(name, () => {
    let it: GatewayUnderTest;
    const now = () => it;
    beforeEach(async () => {
      it = await open();
    });
    afterEach(() => it.close());

    changeFacts(now);
    pageFacts(now, options);
    userFacts(now);
    signedVisitFacts(now);
    pauseFacts(now, options);
    healthFacts(now, options);
    drainFacts(now, options);
    countFacts(now, options);
    mirrorFacts(now);
  });
}

export { routeBetween, routeTo, versionOf } from './contract/gateway-under-test.ts';
export type * from './contract/gateway-under-test.ts';
