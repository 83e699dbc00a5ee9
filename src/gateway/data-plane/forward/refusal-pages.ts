import type { Page } from '../../route.ts';

const page = (status: number, title: string, text: string): Page => ({
  status,
  title,
  text,
  html: null,
});

const understood: Record<number, string> = {
  405: 'The gateway is no tunnel.',
  408: 'It did not arrive in time.',
  413: 'Its body is larger than the gateway allows.',
  414: 'Its address is longer than the gateway allows.',
  417: 'It expects something that nobody here knows.',
  431: 'Its headers are more than the gateway allows.',
  501: 'Its method is nothing that the gateway knows.',
  505: 'Without TLS, the gateway speaks HTTP/1.1 only.',
};

/** A request that cannot be served as it is. */
export const refusedRequest = (status: number): Page =>
  page(
    status,
    'This request cannot be served',
    understood[status] ??
      'It is not written as HTTP demands, so nobody can say for sure what it means.',
  );

export const noAnswer = (host: string): Page =>
  page(
    502,
    `${host} does not answer`,
    `The route of ${host} is in order, but none of its instances took the request. Its log says why.`,
  );

export const lateAnswer = (host: string): Page =>
  page(
    504,
    `${host} takes too long`,
    `An instance of ${host} took the request and did not answer in time. Its log may say why.`,
  );

export const pauseFull = (host: string): Page =>
  page(
    503,
    `${host} is busy for a moment`,
    `Requests for ${host} are held while something changes, and there is no room for more. Try again.`,
  );

export const pauseExpired = (host: string): Page =>
  page(
    503,
    `${host} is not ready yet`,
    `This request was held while something changes behind ${host}, and that took too long. Try again.`,
  );
