/** One HTTP/2 request's head as HTTP/1.1. The object is used again for the next: take what you need at once. */
export interface Http2Head {
  /** The whole head, with its empty line; latin1. */
  text: string;
  method: string;
  /** How the body goes on in HTTP/1.1. */
  body: 'none' | 'length' | 'chunked';
  /** -1: not known. */
  contentLength: number;
  /** Why there is no head. */
  why: string;
}

export const http2Head = (): Http2Head => ({
  text: '',
  method: '',
  body: 'none',
  contentLength: -1,
  why: '',
});

interface Fields {
  method: string;
  scheme: string;
  authority: string;
  path: string;
  host: string;
  cookie: string;
  length: string;
  lines: string;
}

/**
 * Translates names and values as they came (`name, value, name, value …`); `endsHere`: no body follows. False
 * for what RFC 9113 sections 8.2 and 8.3 call malformed, with the reason in `into.why`. Nothing in it can
 * become another line or another word of the HTTP/1.1 head.
 */
export function translateHead(raw: readonly string[], endsHere: boolean, into: Http2Head): boolean {
  const fields: Fields = {
    method: '',
    scheme: '',
    authority: '',
    path: '',
    host: '',
    cookie: '',
    length: '',
    lines: '',
  };
  into.why = takeFields(raw, fields) || targetFault(fields) || framingFault(fields, endsHere, into);
  if (into.why !== '') return false;
  const { method, path, lines, cookie } = fields;
  const host = fields.authority || fields.host;
  into.method = method;
  into.text = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${lines}${cookieLine(cookie)}${framingLine(into)}\r\n`;
  return true;
}

function takeFields(raw: readonly string[], fields: Fields): string {
  let isRegular = false;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!;
    const value = raw[index + 1]!;
    const isPseudo = name.startsWith(':');
    if (isPseudo && isRegular) return 'a pseudo-header behind a header';
    isRegular ||= !isPseudo;
    const why = isPseudo ? takePseudo(name, value, fields) : takeField(name, value, fields);
    if (why !== '') return why;
  }
  return '';
}

const isToken = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const isLowerToken = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const isVisible = /^[\x21-\x7e]+$/;
const isBroken = /[\0\r\n]/;

function takePseudo(name: string, value: string, fields: Fields): string {
  switch (name) {
    case ':method':
      if (fields.method !== '' || !isToken.test(value)) return 'a bad :method';
      fields.method = value;
      return '';
    case ':scheme':
      if (fields.scheme !== '' || (value !== 'https' && value !== 'http')) return 'a bad :scheme';
      fields.scheme = value;
      return '';
    case ':authority':
      if (fields.authority !== '' || !isVisible.test(value)) return 'a bad :authority';
      fields.authority = value;
      return '';
    case ':path':
      if (fields.path !== '' || !isVisible.test(value)) return 'a bad :path';
      fields.path = value;
      return '';
    default:
      return 'an unknown pseudo-header';
  }
}

function takeField(name: string, value: string, fields: Fields): string {
  if (isBroken.test(value)) return 'a value with a line end';
  switch (name) {
    case 'connection':
    case 'keep-alive':
    case 'proxy-connection':
    case 'transfer-encoding':
    case 'upgrade':
      return 'a header of the connection';
    case 'te':
      return value === 'trailers' ? '' : 'a header of the connection';
    case 'http2-settings':
      return '';
    case 'host':
      if (fields.host !== '' || !isVisible.test(value)) return 'a bad host';
      fields.host = value;
      return '';
    case 'content-length':
      if (fields.length !== '' || !/^\d{1,15}$/.test(value)) return 'a bad content-length';
      fields.length = value;
      return '';
    case 'cookie':
      // Clients may send it in crumbs (RFC 9113 section 8.2.3).
      fields.cookie = fields.cookie === '' ? value : `${fields.cookie}; ${value}`;
      return '';
    default:
      if (!isLowerToken.test(name)) return 'a bad name';
      fields.lines += `${name}: ${value}\r\n`;
      return '';
  }
}

function targetFault({ method, scheme, path, authority, host }: Fields): string {
  if (method === '' || scheme === '' || path === '') return 'a pseudo-header is missing';
  if (authority === '' && host === '') return 'no authority';
  if (authority !== '' && host !== '' && authority.toLowerCase() !== host.toLowerCase()) {
    return 'two authorities';
  }
  // Anything else could be read as a target of another form in the line of HTTP/1.1.
  if (path.startsWith('/') || (path === '*' && method === 'OPTIONS')) return '';
  return 'a bad :path';
}

function framingFault({ method, length }: Fields, endsHere: boolean, into: Http2Head): string {
  into.contentLength = length === '' ? -1 : +length;
  into.body = endsHere ? 'none' : length === '' ? 'chunked' : 'length';
  if (!endsHere) return '';
  if (into.contentLength > 0) return 'a length and no body';
  // A method that usually has a body says so when it has none (RFC 9110 section 8.6).
  if (method === 'POST' || method === 'PUT' || method === 'PATCH') into.contentLength = 0;
  return '';
}

const cookieLine = (cookie: string): string => (cookie === '' ? '' : `Cookie: ${cookie}\r\n`);

function framingLine({ body, contentLength }: Http2Head): string {
  if (contentLength >= 0) return `Content-Length: ${contentLength}\r\n`;
  return body === 'chunked' ? 'Transfer-Encoding: chunked\r\n' : '';
}
