import { gatewayContract, type GatewayUnderTest } from '../../src/gateway/gateway.contract.ts';
import { inMemoryGateway } from './in-memory-gateway.ts';

const open = async (): Promise<GatewayUnderTest> => {
  const gateway = inMemoryGateway();
  return {
    gateway,
    instance: async (name) => gateway.instance(name),
    visit: (host, asked) => gateway.visit(host, asked),
    hold: (host, asked) => gateway.hold(host, asked),
    restart: async () => {},
    close: async () => {},
  };
};

gatewayContract('the gateway in memory', open, { network: false });
