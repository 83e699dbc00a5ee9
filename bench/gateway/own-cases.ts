import { idleWebSockets } from './own/idle-web-sockets.ts';
import { manyRoutes } from './own/many-routes.ts';
import type { OwnCase } from './own/own-case.ts';
import { routeChanges } from './own/route-changes.ts';

export const ownCases: readonly OwnCase[] = [idleWebSockets, manyRoutes, routeChanges];
