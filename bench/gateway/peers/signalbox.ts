import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CertificatePair } from '../../../src/gateway/certificate.ts';
import type { Gateway } from '../../../src/gateway/gateway.ts';
import type { RouteChange } from '../../../src/gateway/route.ts';
import { embeddedGateway } from '../../../src/gateway/drivers/embedded/embedded-gateway.ts';
import { gatewayProgram } from '../../../src/gateway/drivers/embedded/start-gateway.ts';
import { stopGateway } from '../../../src/gateway/drivers/embedded/stop-gateway.ts';
import { freePort } from '../free-port.ts';
import { startPinned } from '../pinned-process.ts';
import type { Scene } from '../scene.ts';
import { type Peer, type RunningPeer, untilAnswering } from './peer.ts';
import { sceneRoutes } from './signalbox-routes.ts';

/** Ours, with one worker as each of the others has. */
export const signalbox: Peer = {
  name: 'signalbox',
  program: null,
  start: (scene, core) => startSignalbox(scene, { core, label: 'signalbox', routes: [] }),
};

export interface RunningSignalbox extends RunningPeer {
  gateway: Gateway;
}

export interface SignalboxChoice {
  core: string;
  /** Names its directory; one for each that runs at a time. */
  label: string;
  /** Beyond those of the scene. */
  routes: readonly RouteChange[];
}

const dayMs = 24 * 3_600_000;

/** A gateway process of its own serves the scene and the routes when it resolves. */
export async function startSignalbox(
  scene: Scene,
  { core, label, routes }: SignalboxChoice,
): Promise<RunningSignalbox> {
  const directory = join(scene.directory, label);
  const port = await freePort();
  const securePort = await freePort();
  const place = {
    directory,
    listen: `127.0.0.1:${port}`,
    settings: { listenTls: `127.0.0.1:${securePort}`, workers: 1 },
  };
  const { execPath, argv, flags } = gatewayProgram(place);
  const process = startPinned({
    core,
    program: execPath,
    flags: [...argv, ...flags, '--directory', directory],
    outputFile: `${directory}.log`,
  });
  await untilAnswering(process, { port, host: scene.host });
  const gateway = await embeddedGateway(place);
  await gateway.setCertificates([await certificatePair(scene)]);
  await gateway.apply([...sceneRoutes(scene), ...routes]);
  const hidden = { host: scene.host, path: '/', version: scene.hidden.name };
  const { header } = await gateway.signedVisit(hidden, dayMs);
  return {
    name: 'signalbox',
    gateway,
    process,
    port,
    secure: { port: securePort, http2: true },
    hiddenHeader: header,
    logFiles: [],
    async end() {
      await process.end();
      // The driver would have started another one in the place of one that died.
      await stopGateway(directory);
    },
  };
}

async function certificatePair({ certificate }: Scene): Promise<CertificatePair> {
  return {
    certificate: await readFile(certificate.certificateFile, 'utf8'),
    key: await readFile(certificate.keyFile, 'utf8'),
  };
}
