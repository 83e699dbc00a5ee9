import { type Clock, systemClock } from '../../../kernel/clock.ts';

export interface IrcSettings {
  host: string;
  port: number;
  /** On unless told; the certificate must be valid for `host`. */
  tls?: boolean;
  /** PEM of an authority to trust instead of the public ones. */
  ca?: string;
  nick: string;
  realName?: string;
  /** The server's own password. */
  password?: string;
  /** Whom we log in as. */
  account?: IrcAccount;
  /** Keys of rooms that have one. */
  keys?: Readonly<Record<string, string>>;
  /** What the server endures: so many lines at once, then one each `lineEveryMs`. */
  pace?: { burst: number; lineEveryMs: number };
  /** How many lines may wait for their turn; more are refused. */
  mostWaitingLines?: number;
  /** Before it connects again: the first pause, and the longest. */
  pauses?: { firstMs: number; mostMs: number };
  /** Silent for `everyMs`, the server is pinged; silent for `timeoutMs`, it is gone. Whole seconds. */
  ping?: { everyMs: number; timeoutMs: number };
  /** How often lost rooms and the lost nick are tried again. */
  tendEveryMs?: number;
  /** How long a WHOIS answer is believed where the server does not tell of log-outs. */
  believeForMs?: number;
  clock?: Clock;
  /** Takes what an admin may want to read. */
  note?: (words: string) => void;
}

export interface IrcAccount {
  name: string;
  password: string;
  /**
   * Who is told the password where the server offers no SASL, such as `NickServ`. Only for networks that keep this
   * nick for their services: anywhere else whoever takes it would learn the password. Left out: SASL or nothing.
   */
  nickServ?: string;
}

export type FullIrcSettings = IrcSettings & typeof defaults;

const defaults = {
  tls: true,
  realName: 'Signalbox',
  keys: {} as Readonly<Record<string, string>>,
  pace: { burst: 5, lineEveryMs: 2_000 },
  mostWaitingLines: 500,
  pauses: { firstMs: 2_000, mostMs: 300_000 },
  ping: { everyMs: 30_000, timeoutMs: 120_000 },
  tendEveryMs: 30_000,
  believeForMs: 120_000,
  clock: systemClock,
  note: (_words: string): void => undefined,
};

export const fullIrcSettings = (settings: IrcSettings): FullIrcSettings => ({
  ...defaults,
  ...settings,
});
