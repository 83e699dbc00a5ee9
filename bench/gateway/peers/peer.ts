import { setTimeout as pause } from 'node:timers/promises';
import { ask } from '../ask.ts';
import type { PinnedProcess } from '../pinned-process.ts';
import type { Program } from '../required-programs.ts';
import type { Scene } from '../scene.ts';

/** A gateway that can be put in front of the scene. */
export interface Peer {
  name: PeerName;
  /** What must be installed; null: nothing. */
  program: Program | null;
  /** A variant that differs from its namesake in nothing else. */
  longBodiesOnly?: boolean;
  /** It answers for the scene when it resolves, on the given core alone. */
  start(scene: Scene, core: string): Promise<RunningPeer>;
}

export type PeerName = 'haproxy' | 'nginx' | 'nginx-large-buffers' | 'caddy' | 'signalbox';

export interface RunningPeer {
  name: PeerName;
  process: PinnedProcess;
  port: number;
  /** For HTTPS with HTTP/1.1 and, where it can, HTTP/2; null: it has none. */
  secure: { port: number; http2: boolean } | null;
  /** What reaches the hidden version. */
  hiddenHeader: { name: string; value: string };
  /** Grow with every request, and are emptied between measurements. */
  logFiles: readonly string[];
  end(): Promise<void>;
}

/** The name of the cookie that keeps a user's version where the gateway's configuration says it. */
export const cookieName = 'visit';

export const hiddenHeaderName = 'x-visit';

/** Resolves when the gateway answers for the host, whatever it says. */
export async function untilAnswering(
  process: PinnedProcess,
  { port, host }: { port: number; host: string },
): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    process.assertAlive();
    try {
      await ask({ port, headers: { host } });
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await pause(50);
  }
}
