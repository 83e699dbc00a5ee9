import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environmentSettings } from './environment-settings.ts';
import { loadConfig } from './load.ts';

const { config } = loadConfig(`
app: shop
services:
  web: { run: node a.js, instances: 2 }
  worker: { run: node b.js }
environments:
  preview: { instances: 1, size: small, jobs: on, services: { worker: { instances: 0, size: none } } }
  production: { size: huge, services: { web: { instances: 4 } } }
sizes: { huge: { memory: 8 GiB } }
`);

test('what is said of a service in an environment comes before what is said of either', () => {
  const small = { memoryBytes: 268_435_456, cpus: 0.5 };
  const { services, size, jobs, limit } = environmentSettings(config, 'preview');
  assert.deepEqual(services, {
    web: { instances: 1, size: small },
    worker: { instances: 0, size: {} },
  });
  assert.deepEqual({ size, jobs, limit }, { size: small, jobs: true, limit: 10 });
});

test('an environment that says nothing leaves the services as they are', () => {
  const { services, jobs, idle, limit } = environmentSettings(config, 'staging');
  assert.deepEqual(services, {
    web: { instances: 2, size: {} },
    worker: { instances: 1, size: {} },
  });
  assert.deepEqual({ jobs, idle, limit }, { jobs: true, idle: null, limit: null });
});

test('a limit that is not defined is absent', () => {
  const { services } = environmentSettings(config, 'production');
  assert.deepEqual(services['web'], { instances: 4, size: { memoryBytes: 8 * 2 ** 30 } });
});
