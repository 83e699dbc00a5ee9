import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import {
  knock,
  signedRequest,
  slackEnvelopes,
  type Door,
  type EnvelopeType,
} from './slack-deliveries.ts';
import { slackMethods } from './slack-methods.ts';
import { slackPeople } from './slack-people.ts';
import { answerCall, slackBehaviour, slackSecrets } from './slack-web-api.ts';
import { slackWorkspace } from './slack-workspace.ts';

export { slackSecrets };

export type SlackServer = Awaited<ReturnType<typeof startSlackServer>>;

/**
 * A workspace that speaks Slack's Web API and Socket Mode as far as we use them, on a free port of 127.0.0.1. With a
 * door, it sends signed requests instead.
 */
export async function startSlackServer({ redeliverMs = 250 } = {}) {
  const workspace = slackWorkspace();
  const windows = new Map<string, Record<string, unknown>>();
  const envelopes = slackEnvelopes(redeliverMs);
  const behaviour = slackBehaviour({
    ...slackMethods(workspace, windows),
    'apps.connections.open': () => ({ url: `ws://127.0.0.1:${port}/link` }),
  });
  const state = { isCut: false, door: null as Door | null };
  const http = createServer((request, response) => {
    if (state.isCut) request.socket.destroy();
    else void answerCall(behaviour, request, response);
  });
  const sockets = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) => {
    if (state.isCut) return void socket.destroy();
    sockets.handleUpgrade(request, socket, head, (one) => envelopes.accept(one));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;

  const deliver = async (type: EnvelopeType, payload: Record<string, unknown>): Promise<void> => {
    if (state.isCut) return;
    if (state.door)
      await knock(
        state.door,
        signedRequest(slackSecrets.signingSecret, type, payload),
        redeliverMs,
      );
    else envelopes.deliver(type, payload);
  };

  return {
    ...workspace,
    ...slackPeople({ workspace, windows, deliver }),
    ...behaviour,
    envelopes,
    windows,
    apiUrl: `http://127.0.0.1:${port}/api/`,
    /** Requests go there, and no socket is spoken. */
    sendTo(door: Door): void {
      state.door = door;
    },
    /** Nobody can reach it, and all connections are gone. */
    cut(): void {
      state.isCut = true;
      for (const socket of envelopes.sockets) socket.terminate();
      http.closeAllConnections();
    },
    mend(): void {
      state.isCut = false;
    },
    async close(): Promise<void> {
      envelopes.close();
      sockets.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
