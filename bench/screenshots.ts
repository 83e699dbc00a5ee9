// node bench/screenshots.ts [WORD…]
// Pictures of the dashboard for README and docs, of bin/demo as it runs and of a train: docs/images/*.png.
// With words only those whose name begins with one of them. bin/screenshots does the setup first.
import { launchChromium } from '../test/support/browser.ts';
import { duringDemo } from './screenshots/demo-scene.ts';
import { takePictures, type Sitter } from './screenshots/photographer.ts';
import { screens, type Screen } from './screenshots/screens.ts';
import { whileAsked } from './screenshots/train-scene.ts';

const words = process.argv.slice(2);
const wanted = screens.filter(
  ({ file }) => words.length === 0 || words.some((word) => file.startsWith(word)),
);
const has = (...scenes: Screen['scene'][]): boolean =>
  wanted.some(({ scene }) => scenes.includes(scene));

const browser = await launchChromium();
const troubles: string[] = [];
const take = (scene: Screen['scene']) => async (sitter: Sitter) => {
  const ofScene = wanted.filter((screen) => screen.scene === scene);
  troubles.push(...(await takePictures(browser, sitter, ofScene)));
};
try {
  if (has('climbing', 'undone', 'demo'))
    await duringDemo({
      climbing: take('climbing'),
      undone: take('undone'),
      atTheEnd: take('demo'),
    });
  if (has('train')) await whileAsked(take('train'));
} finally {
  await browser.close();
}
for (const trouble of troubles) process.stderr.write(`bin/screenshots: ${trouble}\n`);
process.exit(troubles.length > 0 || wanted.length === 0 ? 1 : 0);
