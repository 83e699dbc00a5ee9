import { gatewayContract, type GatewayUnderTest } from '../../src/gateway/gateway.contract.ts';
import { inMemoryGateway } from './in-memory-gateway.ts';

const open = async (): Promise<GatewayUnderTest> => {
  const gateway = inMemoryGateway();
  return {
    gateway,
    instance: async (instance) => ({ instance, host: '127.0.0.1', port: 1 }),
    visit: async (host) => {
      const met = gateway.visit(host);
      return typeof met === 'string' ? met : met.status;
    },
    hold: async (host) => gateway.hold(host),
    restart: async () => {},
    close: async () => {},
  };
};

gatewayContract('the gateway in memory', open, { webSockets: false });
