/**
 * Does it in a frame, as browsers tell of input: there all that follows from it is counted. Resolves with the milliseconds
 * until that frame was painted, when nothing is left to be done.
 */
export async function timed(act: () => void): Promise<number> {
  await frame();
  const began = performance.now();
  act();
  await afterPaint();
  const tookMs = performance.now() - began;
  // Effects run a frame after they are asked for, and a chart paints in the frame after that.
  for (let frames = 0; frames < 6; frames += 1) await frame();
  return tookMs;
}

const frame = (): Promise<unknown> => new Promise((done) => requestAnimationFrame(done));

/** A message that is sent in a frame arrives when the frame is painted. */
function afterPaint(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((done) => {
    port1.addEventListener('message', () => {
      port1.close();
      done();
    });
    port1.start();
    port2.postMessage(null);
  });
}
