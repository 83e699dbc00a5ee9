import type { Page } from '../../route.ts';
import type { TrafficCounters } from '../count/traffic-counter.ts';
import { chooseAnother, chooseInstance, type RoutedChoice } from './choose-instance.ts';
import type { Choice, Chooser } from './chooser.ts';
import { noteOutcome } from './ejection.ts';
import { gatewayPages } from './gateway-pages.ts';
import type { RoutedInstance } from './routed-instance.ts';
import { routedPlaces } from './routed-places.ts';
import { sealer } from './seal.ts';
import { stickyCookies } from './sticky-cookie.ts';
import { visitChoice } from './visit-choice.ts';

interface RoutingParts {
  /** Signs cookies and visits: the same in every worker. */
  key: Buffer;
  counters: TrafficCounters;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/**
 * Decides for one worker where requests go; before the first `replace` nowhere. A signed visit passes a pause: who
 * pauses a place to switch it wants to look at the new version before anyone else does.
 */
export function routing({ key, counters, now = Date.now }: RoutingParts): Chooser {
  const places = routedPlaces(counters, now);
  const parts = { cookies: stickyCookies(key), sealer: sealer(key), now };

  return {
    choose(asked) {
      const place = places.find(asked.host, asked.path);
      if (place === null) return said(gatewayPages.unknownHost(asked.host));
      if (place === 'unclear') return said(gatewayPages.unclearPath);
      const visit = visitChoice(place, asked, parts);
      if (visit !== null) return visit;
      const { pause } = place;
      if (pause?.isOver() === false) return { kind: 'wait', route: place, pause };
      return place.answer ?? chooseInstance(place, asked, parts);
    },

    another: (choice, tried) => chooseAnother(choice as RoutedChoice, tried, parts),

    report(instance, how) {
      const { ejection } = (instance as RoutedInstance).endpoint;
      if (how !== 'fine') noteOutcome(ejection, false, now());
      else if (ejection.failures > 0) noteOutcome(ejection, true, now());
    },

    replace: places.replace,
    routes: places.all,
    endpoint: places.endpoints.of,
    close: () => places.replace({ routes: [], pauses: [] }),
  };
}

function said(page: Page): Choice {
  return { kind: 'page', route: null, page };
}
