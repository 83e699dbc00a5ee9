import { SignalboxError } from '../../kernel/signalbox-error.ts';

/** The CA that certificates are ordered from, and who orders. */
export interface AcmeSettings {
  /** Where the CA's directory (RFC 8555, 7.1.1) is. */
  directoryUrl: string;
  /** The CA writes there when something is wrong; giving it agrees to the CA's terms. */
  email: string;
  /** A program that adds and removes TXT records; null: no proof by DNS. */
  dnsHook: string | null;
}

/**
 * The settings that three flags make; null: nothing is ordered. Refuses with `certificate/bad-acme-setting`.
 */
export function acmeSettings(flags: {
  acmeDirectory?: string | undefined;
  acmeEmail?: string | undefined;
  acmeDnsHook?: string | undefined;
}): AcmeSettings | null {
  const { acmeDirectory: directoryUrl, acmeEmail: email, acmeDnsHook: dnsHook = null } = flags;
  if (directoryUrl === undefined && email === undefined && dnsHook === null) return null;
  if (directoryUrl === undefined || email === undefined) {
    throw badSetting('--acme-directory and --acme-email belong together.');
  }
  if (!isSafe(directoryUrl)) {
    throw badSetting(`${directoryUrl} is not an https:// address of a CA's directory.`);
  }
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw badSetting(`${email} is not a mail address.`);
  return { directoryUrl, email, dnsHook };
}

/** Without TLS only on this machine, where a CA of one's own may be. */
function isSafe(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  const isHere = ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isHere);
}

const badSetting = (why: string): SignalboxError =>
  new SignalboxError({
    code: 'certificate/bad-acme-setting',
    what: 'The controller did not start, because it would not know where to order certificates.',
    why,
    fix: [
      "Give both: --acme-directory with the address your CA's documentation names, and --acme-email.",
    ],
  });
