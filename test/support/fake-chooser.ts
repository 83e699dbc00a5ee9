import type {
  Asked,
  Choice,
  Chooser,
  Endpoint,
  InstanceChoice,
  ServedInstance,
  ServedRoute,
} from '../../src/gateway/data-plane/choose/chooser.ts';
import type { TrafficCounter } from '../../src/gateway/data-plane/count/traffic-counter.ts';

/** What happened to a counter, in words. */
export function recordingCounter(): { counter: TrafficCounter; events: string[] } {
  const events: string[] = [];
  const counter: TrafficCounter = {
    began: () => events.push('began'),
    answered: ({ status }) => events.push(`answered ${status}`),
    aborted: () => events.push('aborted'),
    failed: ({ status }) => events.push(`failed ${status}`),
    refused: (status) => events.push(`refused ${status}`),
    retried: () => events.push('retried'),
  };
  return { counter, events };
}

export interface FakeInstance extends ServedInstance {
  endpoint: Endpoint;
  events: string[];
}

export function fakeInstance(port: number, instance = `at-${port}`): FakeInstance {
  const { counter, events } = recordingCounter();
  const endpoint = { instance, host: '127.0.0.1', port, open: 0, idle: [], isGone: false };
  return { endpoint, version: 'v1', state: 'serving', counter, events };
}

export interface FakeRoute extends ServedRoute {
  events: string[];
}

export function fakeRoute(host = 'shop.test'): FakeRoute {
  const { counter, events } = recordingCounter();
  return {
    route: {
      host,
      path: '/',
      environment: 'env',
      service: 'web',
      target: { kind: 'versions', versions: [], sticky: 'no', health: null, mirror: null },
    },
    counter,
    events,
    activity: { requests: 0, lastRequestAtMs: 0, open: 0, waiting: 0 },
  };
}

/** Chooses what the test says. */
export interface FakeChooser extends Chooser {
  choices: (asked: Asked) => Choice;
  others: ServedInstance[];
  reports: string[];
  asked: Asked[];
}

export function fakeChooser(choices: (asked: Asked) => Choice): FakeChooser {
  const chooser: FakeChooser = {
    choices,
    others: [],
    reports: [],
    asked: [],
    choose(asked) {
      if (chooser.asked.length < 1_000) chooser.asked.push({ ...asked });
      return chooser.choices(asked);
    },
    another: (_choice, tried) => chooser.others.find((other) => !tried.includes(other)) ?? null,
    report(instance, how) {
      if (chooser.reports.length < 1_000)
        chooser.reports.push(`${instance.endpoint.instance} ${how}`);
    },
    replace: () => {},
    routes: () => [],
    endpoint: () => [],
    close: () => {},
  };
  return chooser;
}

export const toInstance = (
  route: ServedRoute,
  instance: ServedInstance,
  more: Partial<InstanceChoice> = {},
): InstanceChoice => ({
  kind: 'instance',
  route,
  instance,
  user: '',
  setCookie: '',
  signed: false,
  shadow: null,
  ...more,
});
