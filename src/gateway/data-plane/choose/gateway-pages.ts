import type { Page } from '../../route.ts';

/** What the gateway says when it has nowhere to send a request. */
export const gatewayPages = {
  unknownHost: (host: string): Page => ({
    status: 404,
    title: `Nothing is served at ${host}`,
    text: `The gateway has no route for ${host} and this path. The environment may not be ready yet, or it is gone.`,
    html: null,
  }),

  unclearPath: {
    status: 400,
    title: 'This path can be read in more than one way',
    text: 'Several services share this host, and it is not clear which of them is meant. Write the path without "..", doubled or encoded slashes.',
    html: null,
  } satisfies Page,

  noInstance: (host: string): Page => ({
    status: 503,
    title: `${host} has nothing running`,
    text: `The route of ${host} is in order, but it has no instance that takes requests.`,
    html: null,
  }),

  visitEnded: (host: string): Page => ({
    status: 503,
    title: 'What this visit was signed for is not here',
    text: `The version or instance it names has no place at ${host} any more, and nothing else may answer for it.`,
    html: null,
  }),
};
