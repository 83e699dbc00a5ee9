import { SignalboxError } from '../kernel/signalbox-error.ts';

/** A repository somebody else keeps, in the forms that are safe to hand to git. */
export interface Source {
  /** Without what opens it: git's command lines are seen by every process of the machine. */
  url: string;
  /** The origin (scheme and host) that gets the credentials; no other does, after a redirect neither. */
  credentials: { origin: string; user: string; password: string } | null;
  /** For answers, logs and messages. */
  shown: string;
}

const longest = 1000;
/** Spaces and control characters never; git reads a leading dash as an option and `x::` as a program. */
// oxlint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u0020\u007f\u200b\u202a-\u202e\u2066-\u2069\ufeff\\]/;
const copiedOverSsh = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?[A-Za-z0-9][A-Za-z0-9.-]+:(?![:/])[^-]/;
const schemes = ['https:', 'http:', 'ssh:', 'git:', 'file:'];

/** The source a person named, or a refusal (`git/unusable-source`) of what could make git run or read something else. */
export function parseSource(text: string): Source {
  if (text.length > longest) throw unusable('it is longer than 1000 characters');
  if (unsafe.test(text)) throw unusable('it has spaces, backslashes or invisible characters');
  if (text.startsWith('/')) return plain(text);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return fromUrl(text);
  if (copiedOverSsh.test(text)) return plain(text);
  throw unusable('it is neither a URL nor an absolute path');
}

const plain = (url: string): Source => ({ url, credentials: null, shown: url });

/** For answers and logs; says nothing of a source that cannot be read. */
export function shownSource(text: string): string {
  try {
    return parseSource(text).shown;
  } catch {
    return '(unusable)';
  }
}

function fromUrl(text: string): Source {
  if (!URL.canParse(text)) throw unusable('it is no valid URL');
  const url = new URL(text);
  if (!schemes.includes(url.protocol)) {
    throw unusable(`${url.protocol.slice(0, 12)}// is not one of ${schemes.join('// ')}//`);
  }
  if (url.hostname.startsWith('-') || url.username.startsWith('-'))
    throw unusable('its host begins with a dash');
  if (url.protocol === 'file:') {
    if (url.hostname !== '') throw unusable('a file:// URL has no host here');
    return plain(url.href);
  }
  return url.protocol.startsWith('http') ? withoutCredentials(url) : sshOrGit(url);
}

function sshOrGit(url: URL): Source {
  // Only keys open ssh; a password in the URL is never used, and would be shown.
  url.password = '';
  return plain(url.href);
}

function withoutCredentials(url: URL): Source {
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const { host, protocol, href } = url;
  if (username === '' && password === '') return plain(href);
  return {
    url: href,
    credentials: { origin: url.origin, user: decoded(username), password: decoded(password) },
    shown: href.replace(`${protocol}//${host}`, `${protocol}//…@${host}`),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const unusable = (why: string): SignalboxError =>
  new SignalboxError({
    code: 'git/unusable-source',
    what: 'This repository cannot be followed.',
    why: `Its address cannot be used: ${why}.`,
    fix: [
      'Give a URL: https://git.example.com/team/shop.git, ssh://git@git.example.com/team/shop.git',
      'Or the absolute path of a repository on the controller’s machine.',
    ],
  });
