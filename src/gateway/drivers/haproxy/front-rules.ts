/**
 * What HAProxy decides of a request, from its head to its answer. `key` is base64: it seals the cookies and the
 * signed visits.
 *
 * A place's line in `places.map` is `id|record|action|…`; everything else is looked up by the record, so that a
 * request sees one state of the place whatever changes meanwhile. Variables: `id`, `record` and `action` of the
 * place, `choice` = `lane|backend|…`, `user` = `number.name.lane.server` of a cookie that is ours, `visit` = what a
 * signed visit names, `page` = the answer of our own that a request gets.
 */
export function frontRules({ key, isSecure, trusts }: FrontRules): string[] {
  return [
    ...conditions,
    ...arrival,
    ...forwarding(isSecure, trusts),
    ...findingThePlace,
    ...waiting,
    ...signedVisit(key),
    ...sharing(key),
    ...leaving,
    ...answering(key, isSecure),
  ];
}

interface FrontRules {
  key: string;
  /** Clients come encrypted. */
  isSecure: boolean;
  /** Some clients may say where a request comes from. */
  trusts: boolean;
}

/** Hex digits of a seal: 96 bits. */
export const sealLength = 24;

const seal = (key: string, text: string): string =>
  `${text},hmac(sha256,${key}),hex,bytes(0,${sealLength})`;

const set = (variable: string, value: string, condition = ''): string =>
  `http-request set-var(txn.${variable}) ${value}${condition === '' ? '' : ` if ${condition}`}`;

const regex = (text: string): string => `-m reg -i '${text}'`;

const conditions = [
  `acl isHost var(txn.host) ${regex(String.raw`^([a-z0-9_-]+([.][a-z0-9_-]+)*|\[[0-9a-f:.]+\])$`)}`,
  `acl isOdd var(txn.path) ${regex(String.raw`[%\\;]|/[./]`)}`,
  `acl isUnclear var(txn.plain) ${regex(
    String.raw`(^|[/\\]|%2f|%5c)((\.|%2e){1,2}($|[/\\;]|%2f|%5c|%3b)|;|%3b)`,
  )}`,
  'acl pathDecides var(txn.host),map_str(hosts.map) -m found',
  'acl isRouted var(txn.place) -m found',
  'acl isPaused var(txn.paused) -m found',
  'acl isShared var(txn.action) -m str share',
  'acl isAnswer var(txn.action) -m str page text',
  'acl keepsUsers var(txn.place),field(4,|) version instance',
  'acl keepsInstance var(txn.place),field(4,|) instance',
  'acl hasToken var(txn.token) -m found',
  'acl isVisit var(txn.visit) -m found',
  'acl hasCookie var(txn.cookie) -m found',
  'acl isSealed var(txn.seal),secure_memcmp(txn.given) -m bool',
  'acl isKnown var(txn.user) -m found',
  'acl isChosen var(txn.choice) -m found',
  'acl hasServer var(txn.server) -m found',
  'acl hasPage var(txn.page) -m found',
];

const arrival = [
  set('began', 'date(0,us)'),
  set('accept', 'req.fhdr(accept),lower'),
  set('agent', 'req.fhdr(user-agent),bytes(0,400)'),
  set('host', 'req.fhdr(host),host_only'),
  set('host', 'var(txn.host),regsub([.]$,)', '{ var(txn.host) -m end . }'),
  set('page', 'str(misdirected)', '!isHost or { req.fhdr_cnt(host) gt 1 }'),
  set('path', 'path'),
];

/** In every spelling that a framework may take for it. */
const wordsOfStrangers = [
  'forwarded',
  'x-real-ip',
  'x_real_ip',
  'x-real_ip',
  'x_real-ip',
  'x-forwarded -m beg',
  'x_forwarded -m beg',
];

/** What strangers say of where they come from is dropped. */
function forwarding(isSecure: boolean, trusts: boolean): string[] {
  const scheme = isSecure ? 'https' : 'http';
  const unlessTrusted = trusts ? ' unless { src -f trusted.acl }' : '';
  const drop = (name: string) => `http-request del-header ${name}`;
  return [
    ...['te', 'content_length', 'transfer_encoding', 'x-signalbox-shadow'].map(drop),
    ...wordsOfStrangers.map((name) => drop(name) + unlessTrusted),
    'http-request set-var-fmt(txn.before) "%[req.fhdr(x-forwarded-for)], " if { req.fhdr(x-forwarded-for) -m found }',
    'http-request set-header X-Forwarded-For %[var(txn.before)]%[src]',
    `http-request set-header X-Forwarded-Proto ${scheme} unless { req.fhdr(x-forwarded-proto) -m found }`,
    'http-request set-header X-Forwarded-Host %[req.fhdr(host)]',
    set('node', 'src'),
    'http-request set-var-fmt(txn.node) "\\"[%[src]]\\"" unless { src 0.0.0.0/0 }',
    set('authority', 'req.fhdr(host)'),
    'http-request set-var-fmt(txn.authority) "\\"%[req.fhdr(host)]\\"" if { req.fhdr(host) -m sub : }',
    `http-request add-header Forwarded for=%[var(txn.node)];host=%[var(txn.authority)];proto=${scheme}`,
    drop('tracestate') + (unlessTrusted || ' if { req.fhdr(traceparent) -m found }'),
    ...['traceparent', 'x-request-id'].map((name) => drop(name) + unlessTrusted),
    set('request', 'uuid()'),
    'http-request set-header X-Request-Id %[var(txn.request)] unless { req.fhdr(x-request-id) -m found }',
    set('request', 'req.fhdr(x-request-id)'),
    'http-request set-header Traceparent 00-%[uuid(),regsub(-,,g)]-%[uuid(),regsub(-,,g),bytes(0,16)]-01 unless { req.fhdr(traceparent) -m found }',
  ];
}

const place = 'var(txn.host),concat(,txn.path,/),map_beg(places.map)';

/** A path that other readers may take for another one goes nowhere where the path decides something. */
const findingThePlace = [
  set('place', place),
  set('plain', 'var(txn.path),regsub(%25,%,g)', 'isOdd pathDecides'),
  set('page', 'str(unclear)', '{ var(txn.plain) -m found } isUnclear'),
  set(
    'plain',
    String.raw`"var(txn.plain),url_dec,regsub('[;][^/\\\\]*','',g),regsub('[/\\\\]+',/,g)"`,
    '{ var(txn.plain) -m found }',
  ),
  set('lenient', 'str(-)'),
  set(
    'lenient',
    'var(txn.host),concat(,txn.plain,/),map_beg(places.map)',
    '{ var(txn.plain) -m found }',
  ),
  set(
    'page',
    'str(unclear)',
    '{ var(txn.plain) -m found } !{ var(txn.place,-),strcmp(txn.lenient) eq 0 }',
  ),
];

const waiting = [
  set('id', 'var(txn.place),field(1,|)'),
  set('paused', 'var(txn.id),map_str(pauses.map)'),
  'http-request lua.signalbox_wait if isPaused !hasPage',
  set('place', place, 'isPaused'),
  set('record', 'var(txn.place),field(2,|)'),
  set('action', 'var(txn.place),field(3,|)'),
];

function signedVisit(key: string): string[] {
  return [
    set('token', 'req.cook(signalbox-visit)'),
    set('token', 'req.fhdr(x-signalbox-visit)', '{ req.fhdr(x-signalbox-visit) -m found }'),
    'http-request del-header x-signalbox-visit',
    set('now', 'date', 'hasToken'),
    set('claim', 'var(txn.token),field(1,.,2)', 'hasToken'),
    set('given', 'var(txn.token),field(3,.,0)', 'hasToken'),
    set('seal', seal(key, 'str(visit.),concat(,txn.id,.),concat(,txn.claim)'), 'hasToken'),
    set(
      'visit',
      'var(txn.claim),field(1,.)',
      'hasToken isSealed { var(txn.claim),field(2,.),sub(txn.now) gt 0 }',
    ),
    set('choice', 'var(txn.record),concat(/,txn.visit),map_str(lanes.map)', 'isVisit'),
    set('server', 'var(txn.visit)', 'isVisit { var(txn.visit) -m beg s }'),
  ];
}

function sharing(key: string): string[] {
  return [
    set('choice', 'var(txn.place),field(4,|,2)', '{ var(txn.action) -m str serve } !isVisit'),
    ...whoIsKnown(key),
    set('number', 'rand(10000),add(10000)', 'isShared !isKnown !isVisit'),
    set('name', 'uuid()', 'isShared keepsUsers !isKnown !isVisit'),
    ...whatIsKept,
    set(
      'choice',
      'var(txn.record),concat(/,txn.number),map_beg(shares.map)',
      'isShared !isVisit !isChosen',
    ),
    set('lane', 'var(txn.choice),field(1,|)'),
    set('backend', 'var(txn.choice),field(2,|)'),
    ...whichInstance,
  ];
}

const whoIsKnown = (key: string): string[] => [
  set('cookie', 'req.cook(signalbox-user)', 'isShared keepsUsers !isVisit'),
  set('user', 'var(txn.cookie),field(1,.,4)', 'hasCookie'),
  set('given', 'var(txn.cookie),field(5,.,0)', 'hasCookie'),
  set('seal', seal(key, 'str(user.),concat(,txn.id,.),concat(,txn.user)'), 'hasCookie'),
  'http-request unset-var(txn.user) if hasCookie !isSealed',
  set('number', 'var(txn.user),field(1,.)', 'isKnown'),
  set('name', 'var(txn.user),field(2,.)', 'isKnown'),
];

/** A draining version keeps who has it; all other users have what their number says. */
const whatIsKept = [
  set('lane', 'var(txn.user),field(3,.)', 'isKnown'),
  set('kept', 'var(txn.record),concat(/,txn.lane),map_str(lanes.map)', 'isKnown'),
  set('choice', 'var(txn.kept)', 'isKnown { var(txn.kept) -m end |draining }'),
];

/** The one that a cookie names, if it is of the chosen version and not hidden. */
const whichInstance = [
  set('server', 'var(txn.user),field(4,.)', 'isKnown keepsInstance'),
  'http-request unset-var(txn.kept)',
  set('kept', 'var(txn.record),concat(/,txn.server),map_str(lanes.map)', 'isKnown keepsInstance'),
  'http-request unset-var(txn.server) if isKnown keepsInstance !{ var(txn.kept),field(2,|),strcmp(txn.backend) eq 0 }',
  'http-request unset-var(txn.server) if isKnown keepsInstance { var(txn.kept) -m end |hidden }',
];

const leaving = [
  set('page', 'str(unknown)', '!hasPage !isRouted'),
  set('answer', 'bool(true)', '!hasPage isAnswer'),
  set('page', 'var(txn.record)', '!hasPage isAnswer'),
  set('page', 'str(ended)', '!hasPage isVisit !isChosen'),
  set('page', 'str(none)', '!hasPage !isChosen'),
  // A process that makes room for its successor says of all backends that they are empty.
  set('page', 'str(none)', '!hasPage !hasServer !{ stopping } { var(txn.backend),nbsrv eq 0 }'),
  set('form', 'var(txn.accept),map_sub(forms.map,text)', 'hasPage'),
  'http-request use-service lua.signalbox_answer if hasPage',
  // Sent once more only where twice is as good as once.
  'http-request disable-l7-retry unless { method GET HEAD OPTIONS TRACE PUT DELETE }',
  'use_backend %[var(txn.backend)]',
];

function answering(key: string, isSecure: boolean): string[] {
  const attributes = `; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  const news = '{ var(txn.name) -m found } !{ var(txn.next),strcmp(txn.user) eq 0 }';
  const answer = (variable: string, value: string, condition = '') =>
    set(variable, value, condition).replace('http-request', 'http-response');
  return [
    answer('first', 'date(0,us)'),
    'http-response set-header X-Request-Id %[var(txn.request)]',
    answer('at', 'srv_name', '{ var(txn.name) -m found } keepsInstance'),
    answer(
      'next',
      'var(txn.number),concat(.,txn.name),concat(.,txn.lane),concat(.,txn.at)',
      '{ var(txn.name) -m found }',
    ),
    answer('seal', seal(key, 'str(user.),concat(,txn.id,.),concat(,txn.next)'), news),
    `http-response add-header Set-Cookie "signalbox-user=%[var(txn.next)].%[var(txn.seal)]; Path=%[var(txn.place),field(5,|,0)]${attributes}" if ${news}`,
    'http-after-response set-header Content-Type %[var(txn.accept,-),map_sub(types.map,text/plain)] unless { var(txn.first) -m found } or hasPage',
  ];
}
