import { setTimeout as pause } from 'node:timers/promises';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import type { About, StartReport } from '../../data-plane/control-contract.ts';
import { lockHolder } from '../../data-plane/gateway-lock.ts';
import { sameSettings } from '../../data-plane/gateway-settings.ts';
import { livingWorkers } from '../../data-plane/worker-register.ts';
import { askControl } from '../control/ask-control.ts';
import { CallUnknown, type ControlCall, GatewayGone } from '../control/control-client.ts';
import { gatewayProgram, type GatewayPlace, settingsOf, startGateway } from './start-gateway.ts';

const answerMs = 10_000;
const startMs = 20_000;
/** A gateway gives its successor longer than this to start before it gives up on it. */
const handOverMs = 65_000;
/** As long as workers live without a primary process, one of them is bringing one. */
const successorMs = 10_000;
const lettingGoMs = 1_000;

/** The gateway answers when it resolves. Repeatable, also by several controllers at once. */
export async function ensureRunning(place: GatewayPlace): Promise<'restarted'> {
  const began = Date.now();
  const deadline = began + startMs;
  const orphansUntil = began + successorMs;
  while (!(await isRunning(place))) {
    if (Date.now() > deadline) throw didNotStart(place);
    const isStarting = lockHolder(place.directory) !== null;
    const isInherited = orphans(place) && Date.now() < orphansUntil;
    if (isStarting || isInherited) await pause(50);
    else await start(place, { replace: false, began, deadline });
  }
  return 'restarted';
}

export async function isRunning(place: GatewayPlace): Promise<boolean> {
  try {
    await about(place);
    return true;
  } catch (error) {
    if (error instanceof GatewayGone) return false;
    throw error;
  }
}

export async function about({ directory }: GatewayPlace): Promise<About> {
  return (await askOnce({ directory, call: 'GET /about' })) as About;
}

/** The gateway works with these settings when it resolves. */
export async function ensureSettings(place: GatewayPlace): Promise<void> {
  const { listen, settings } = await about(place);
  const wanted = settingsOf(place);
  // One of an older version says nothing of settings, and works with none but this.
  const isAsWanted =
    settings === undefined ? listen === wanted.listen : sameSettings(settings, wanted);
  if (!isAsWanted) await restartGateway(place);
}

/**
 * Another process, of the code on disk and with these settings, serves the directory when it resolves. Where
 * the address stays, no connection is refused meanwhile: the sockets are handed over. The old one answers
 * what it has open. Starts one where none lived.
 */
export async function restartGateway(place: GatewayPlace): Promise<void> {
  try {
    await askOnce({
      directory: place.directory,
      call: 'POST /hand-over',
      body: gatewayProgram(place),
      timeoutMs: handOverMs,
    });
  } catch (error) {
    if (error instanceof GatewayGone) return void (await ensureRunning(place));
    if (!needsNewStart(error)) throw isRefusal(error) ? error : didNotStart(place);
    const began = Date.now();
    await start(place, { replace: true, began, deadline: began + startMs });
  }
  await ensureRunning(place);
}

const isRefusal = (error: unknown): error is SignalboxError => error instanceof SignalboxError;

/** An older version knows no hand-over; and what runs without root's rights cannot open every port. */
const needsNewStart = (error: unknown): boolean =>
  error instanceof CallUnknown || (isRefusal(error) && error.code === 'gateway/cannot-listen');

interface Attempt {
  replace: boolean;
  began: number;
  deadline: number;
}

async function start(place: GatewayPlace, { replace, began, deadline }: Attempt): Promise<void> {
  const trouble = await troubleOf(startGateway(place, replace));
  if (trouble === null) return;
  // Somebody else was faster, workers that still have the socket bring a successor, or what was killed just
  // now has not let go of it: a process counts as dead before its last thread is.
  const isRace = lockHolder(place.directory) !== null || livingWorkers(place.directory).length > 0;
  const until = isRace ? deadline : began + lettingGoMs;
  const mayPass = trouble.code === 'gateway/port-taken' && Date.now() < until;
  if (!mayPass) throw trouble.code === didNotStartCode ? didNotStart(place) : trouble;
  await pause(50);
}

const didNotStartCode = 'gateway/did-not-start';

async function troubleOf(start: Promise<StartReport | null>): Promise<SignalboxError | null> {
  try {
    const report = await start;
    if (report === null) return new SignalboxError({ code: didNotStartCode, what: '', fix: [''] });
    return report.kind === 'trouble' ? new SignalboxError(report.trouble) : null;
  } catch (error) {
    if (error instanceof SignalboxError) return error;
    throw error;
  }
}

const orphans = ({ directory }: GatewayPlace): boolean =>
  livingWorkers(directory).some(({ retiring }) => !retiring);

export const askOnce = (
  call: Omit<ControlCall, 'timeoutMs'> & { timeoutMs?: number | undefined },
): Promise<unknown> =>
  askControl({ ...call, timeoutMs: call.timeoutMs ?? answerMs }, 'The gateway process');

function didNotStart({ directory }: GatewayPlace): SignalboxError {
  return new SignalboxError({
    code: 'gateway/did-not-start',
    what: 'The gateway process did not start.',
    fix: [`Read the end of its log: tail ${directory}/gateway.log`],
  });
}
