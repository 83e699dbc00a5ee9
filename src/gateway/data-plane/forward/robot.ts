/**
 * Requests that nobody waits for: uptime checks, health checks, crawlers, link previews. They are served and
 * counted, but do not keep an environment awake. The list is what such programs say of themselves in
 * User-Agent; one that claims to be a browser is taken for a person, which costs an idle environment its
 * sleep and nobody a page.
 */
const robots = new RegExp(
  [
    '\\bbot\\b|bot[/ ;)]|crawl|spider|slurp',
    'uptime|pingdom|statuscake|site24x7|checkly|updown\\.io|hetrixtools|nagios|check_http|zabbix|monit/',
    'blackbox.exporter|health.?check|kube-probe|googlehc|consul|datadog',
    'facebookexternalhit|slack-img|embedly|preview',
  ].join('|'),
  'i',
);

const longestBytes = 512;
const mostKnown = 2_000;
/** Few programs make most requests, and the expression is slow. */
const known = new Map<string, boolean>();

/** '' for who says nothing of itself. */
export function isRobot(userAgent: string): boolean {
  if (userAgent === '') return false;
  const answer = known.get(userAgent);
  if (answer !== undefined) return answer;
  const judged = robots.test(userAgent.slice(0, longestBytes));
  if (userAgent.length <= longestBytes) {
    if (known.size >= mostKnown) known.clear();
    known.set(userAgent, judged);
  }
  return judged;
}
