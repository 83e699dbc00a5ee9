/** Where a controller and its gateway listen, and below which name environments have their hosts, unless told. */
export const usualAddresses = {
  listen: '127.0.0.1:7070',
  gateway: '127.0.0.1:8080',
  domain: 'localhost',
};
