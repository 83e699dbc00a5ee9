import {
  type About,
  applyShape,
  certificatesShape,
  drainShape,
  handOverShape,
  ticksShape,
  visitShape,
} from './control-contract.ts';
import type { ControlAnswers } from './control-server.ts';
import type { Primary } from './primary.ts';
import type { StepBack } from './step-back.ts';

/** Every call of the control socket. */
export function controlAnswers(
  state: Primary,
  { about, retire, handOver }: StepBack & { about: () => About },
): ControlAnswers {
  return new Map<string, (body: unknown) => unknown>([
    ['GET /about', about],
    ['GET /routes', () => state.routes()],
    ['GET /activity', () => state.activity()],
    ['GET /totals', () => state.totals()],
    [
      'POST /apply',
      (body) => {
        const { changes, fence } = applyShape.parse(body);
        return state.apply(changes, fence);
      },
    ],
    [
      'POST /drain',
      (body) => {
        const { instances, ...limit } = drainShape.parse(body);
        return state.drain(instances, limit);
      },
    ],
    ['POST /ticks', (body) => state.ticks(ticksShape.parse(body).after)],
    [
      'POST /signed-visit',
      (body) => {
        const { to, forMs } = visitShape.parse(body);
        return state.signedVisit(to, forMs);
      },
    ],
    ['PUT /certificates', (body) => state.certify(certificatesShape.parse(body))],
    ['POST /retire', retire],
    ['POST /hand-over', (body) => handOver(handOverShape.parse(body))],
  ]);
}
