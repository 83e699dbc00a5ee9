// node bench/gateway.ts [--case NAME]... [--gateway NAME]... [--rounds 5] [--seconds 5] [--long] [--json FILE]
// Our gateway beside HAProxy, nginx and Caddy with equal features on, in turns: the load generator and the
// upstream on one core, the gateway alone on the other. Then what only ours is asked: idle WebSockets, many
// routes, routes that change under load. Cases stand in gateway/cases.ts and gateway/own-cases.ts.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sideBySideCases, type SideBySideCase } from './gateway/cases.ts';
import { makeCertificate } from './gateway/certificate.ts';
import { checkFeatures } from './gateway/check-features.ts';
import { type Options, readOptions } from './gateway/options.ts';
import { ownCases } from './gateway/own-cases.ts';
import { caddy } from './gateway/peers/caddy.ts';
import { haproxy } from './gateway/peers/haproxy.ts';
import { nginx, nginxLargeBuffers } from './gateway/peers/nginx.ts';
import type { Peer } from './gateway/peers/peer.ts';
import { signalbox } from './gateway/peers/signalbox.ts';
import { endAllPinned } from './gateway/pinned-process.ts';
import { findPrograms, howToInstall, type Present } from './gateway/required-programs.ts';
import { makeScene, type Scene } from './gateway/scene.ts';
import { type Contender, sideBySide } from './gateway/side-by-side.ts';
import { sideBySideTable } from './gateway/tables.ts';
import { startUpstream } from './gateway/upstream.ts';

const peers: readonly Peer[] = [haproxy, nginx, nginxLargeBuffers, caddy, signalbox];

const figures: Record<string, unknown> = {};

async function run(options: Options, directory: string): Promise<void> {
  const compared = wanted(sideBySideCases, options);
  const own = wanted(ownCases, options);
  const able = whoTakesPart(await findPrograms(), options);
  const upstream = await startUpstream(directory, options.loadCore);
  const certificate = await makeCertificate(directory, ['shop.test', 'localhost']);
  const scene = makeScene(upstream.ports, directory, certificate);
  if (compared.length > 0) {
    const contenders = await startAll(able, scene, options);
    for (const one of compared)
      await attempt(one.name, () => compare(one, { contenders, scene, options }));
    for (const { peer } of contenders) await peer.end();
  }
  for (const one of own)
    await attempt(one.name, async () => {
      const { text, figures: told } = await one.run({ scene, options });
      console.log(`\n${text}`);
      figures[one.name] = told;
    });
}

function wanted<T extends { name: string }>(cases: readonly T[], options: Options): T[] {
  const known = [...sideBySideCases, ...ownCases].map(({ name }) => name);
  const unknown = options.cases.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`No case is called ${unknown.join(', ')}. There are: ${known.join(', ')}`);
  return cases.filter(({ name }) => options.cases.length === 0 || options.cases.includes(name));
}

/** What goes wrong with one case or gateway leaves the figures of the others. */
async function attempt<T>(name: string, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    console.log(
      `\n${name}: NOT MEASURED: ${error instanceof Error ? error.message : String(error)}`,
    );
    process.exitCode = 1;
    return null;
  }
}

interface Comparison {
  contenders: readonly Contender[];
  scene: Scene;
  options: Options;
}

async function compare(one: SideBySideCase, { options, ...rest }: Comparison): Promise<void> {
  const { loadCore: core, rounds, seconds } = options;
  const result = await sideBySide({ case: one, ...rest, core, rounds, seconds });
  console.log(`\n${sideBySideTable(result)}`);
  const { measurements, alone, absent } = result;
  figures[one.name] = { measurements: Object.fromEntries(measurements), alone, absent };
}

/** Says which program each gateway is, and refuses to begin without a load generator. */
function whoTakesPart({ versions, missing }: Present, { gateways }: Options): Peer[] {
  if (missing.length > 0) console.log(`Not here: ${missing.join(', ')}. ${howToInstall(missing)}`);
  const needed = missing.filter((program) => peers.every((peer) => peer.program !== program));
  if (needed.length > 0) throw new Error(`Nothing can be measured without ${needed.join(', ')}.`);
  const wanted = peers.filter(({ name }) => gateways.length === 0 || gateways.includes(name));
  const able = wanted.filter(({ program }) => program === null || versions.has(program));
  const names = able.map(({ name, program }) =>
    program === null
      ? `${name} on Node ${process.versions.node}`
      : `${name} ${versions.get(program)}`,
  );
  console.log(names.join(', '));
  return able;
}

async function startAll(
  able: readonly Peer[],
  scene: Scene,
  options: Options,
): Promise<Contender[]> {
  const contenders: Contender[] = [];
  for (const peer of able) {
    const contender = await attempt(peer.name, () => contenderOf(peer, scene, options));
    if (contender !== null) contenders.push(contender);
  }
  return contenders;
}

async function contenderOf(peer: Peer, scene: Scene, options: Options): Promise<Contender> {
  const running = await peer.start(scene, options.gatewayCore);
  const { cookies, smallSharePercent } = await checkFeatures(running, scene);
  const share = smallSharePercent.toFixed(1);
  console.log(`${peer.name}: all features met; ${share} % of new users at the version of 5 %`);
  return { peer: running, cookies, longBodiesOnly: peer.longBodiesOnly ?? false };
}

let ending: Promise<void> | null = null;

/** Once, however many ask for it. */
async function endAll(directory: string): Promise<void> {
  ending ??= endAllPinned().finally(() => rmSync(directory, { recursive: true, force: true }));
  await ending;
}

const options = readOptions();
const directory = mkdtempSync(join(tmpdir(), 'signalbox-bench-'));
chmodSync(directory, 0o711);
// What this process starts and does itself is the load side.
execFileSync('taskset', ['-a', '-p', '-c', options.loadCore, String(process.pid)]);
// Not `once`: execa ends this process by the signal when it finds nobody else listening for it.
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => void endAll(directory).finally(() => process.exit(130)));
try {
  await run(options, directory);
} finally {
  await endAll(directory);
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(figures, null, 2)}\n`);
}
