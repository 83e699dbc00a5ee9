import { execa } from 'execa';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { cleanEnvironment } from './repositories.ts';
import type { Source } from './source.ts';

interface Ask {
  source: Source;
  /** What stands before `-- SOURCE`. */
  command: readonly string[];
  after?: readonly string[];
  input?: string;
  timeoutMs: number;
}

/**
 * Asks a repository that somebody else keeps. Only the transports we name may be used, whatever the source
 * or its redirects say; credentials go through the environment, never a command line. Refuses with
 * `git/cannot-fetch` in git's words.
 */
export async function askSource(ask: Ask): Promise<string> {
  const { source, command, after = [], input = '', timeoutMs } = ask;
  const settings = Object.entries(strict).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const asked = await execa('git', [...settings, ...command, '--', source.url, ...after], {
    extendEnv: false,
    env: { ...cleanEnvironment(), ...transports, ...keys(source) },
    input,
    timeout: timeoutMs,
    forceKillAfterDelay: 2000,
    maxBuffer: 64 * 1024 * 1024,
    reject: false,
  });
  if (!asked.failed) return asked.stdout;
  const why = asked.timedOut
    ? `it did not finish within ${timeoutMs / 1000} s`
    : inWords(asked.stderr, source);
  throw cannotFetch(source, why);
}

const strict = {
  'core.hooksPath': '/dev/null',
  'http.lowSpeedLimit': '1000',
  'http.lowSpeedTime': '60',
  'http.followRedirects': 'initial',
  'fetch.fsckObjects': 'true',
  // Faults of old tools that histories are full of and that harm nobody.
  'fetch.fsck.zeroPaddedFilemode': 'ignore',
  'fetch.fsck.missingSpaceBeforeDate': 'ignore',
  'fetch.fsck.missingEmail': 'ignore',
  'fetch.fsck.badTimezone': 'ignore',
  'fetch.fsck.badDate': 'ignore',
};

const transports = {
  GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
  GIT_SSH_COMMAND: 'ssh -oBatchMode=yes -oConnectTimeout=15',
  GIT_PROTOCOL_FROM_USER: '0',
};

/** A credential helper of git's own kind, for this one origin. */
function keys({ credentials }: Source): Record<string, string> {
  if (!credentials) return {};
  const { origin, user, password } = credentials;
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `credential.${origin}.helper`,
    GIT_CONFIG_VALUE_0:
      '!f() { printf "username=%s\\npassword=%s\\n" "$SIGNALBOX_USER" "$SIGNALBOX_PASSWORD"; }; f',
    SIGNALBOX_USER: user,
    SIGNALBOX_PASSWORD: password,
  };
}

/** The lines that name the failure, cleaned of what must not be shown. */
function inWords(stderr: string, { credentials }: Source): string {
  const lines = stderr
    .split('\n')
    // oxlint-disable-next-line no-control-regex
    .map((line) => line.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ' ').trim())
    .filter((line) => /^(fatal|error|remote|ssh|Permission|Host key)/i.test(line));
  const text = lines.slice(0, 3).join(' ').slice(0, 500) || 'git gave no reason';
  const hidden = [credentials?.password, credentials?.user].filter(
    (word) => word && word.length > 2,
  );
  return hidden.reduce<string>((shown, word) => shown.replaceAll(word ?? '', '…'), text);
}

const cannotFetch = ({ shown }: Source, why: string): SignalboxError =>
  new SignalboxError({
    code: 'git/cannot-fetch',
    what: `${shown} could not be fetched.`,
    why,
    fix: why.includes('dubious ownership')
      ? [
          'Let the repository belong to the user Signalbox runs as, or follow it by an ssh:// or https:// URL.',
        ]
      : [
          'Try it on the controller’s machine, as its user: git ls-remote SOURCE',
          'Wrong address or credentials? Remove the app and add it again with the right ones.',
        ],
  });
