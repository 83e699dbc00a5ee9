import type { Answer } from '../../data/call.ts';
import { milliseconds, percent, plural } from '../../words/number-words.ts';

export type VersionTraffic = Answer<'getTraffic'>['versions'][number];

/** What one version did, as a sentence. */
export function trafficWords({
  requests,
  perSecond,
  bad,
  badShare,
  firstByte,
}: Pick<VersionTraffic, 'requests' | 'perSecond' | 'bad' | 'badShare' | 'firstByte'>): string {
  const rate = perSecond >= 0.1 ? ` (${perSecond.toFixed(1)} per second)` : '';
  const errors = bad === 0 ? 'none bad' : `${bad} bad (${percent(badShare)})`;
  const speed = firstByte
    ? `; half of them answered within ${milliseconds(firstByte.p50Ms)}, 95 % within ${milliseconds(firstByte.p95Ms)}`
    : '';
  return `${plural(requests, 'request')}${rate}, ${errors}${speed}.`;
}

/** Who answered: the gateway itself has no commit. */
export const answeredBy = ({
  version,
  service,
  commit,
}: Pick<VersionTraffic, 'version' | 'service' | 'commit'>): string =>
  version === ''
    ? 'The gateway itself'
    : `${service} at ${commit?.slice(0, 7) ?? 'a commit that is gone'}`;
