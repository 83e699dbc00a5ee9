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

export function isRobot(userAgent: string | undefined): boolean {
  return userAgent !== undefined && robots.test(userAgent.slice(0, 512));
}
