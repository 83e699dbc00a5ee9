import type { Place } from '../route.ts';

/** A place as the key of a map: a path begins with a slash, so two places never look the same. */
export const placeKey = ({ host, path }: Place): string => `${host}${path}`;
