import { phoneSize, type Look } from '../../test/support/browser.ts';

export interface Screen {
  /** docs/images/FILE.png */
  file: string;
  /** climbing: a good release has some visitors. undone: a bad one was taken back. demo: bin/demo is at its end. train: people on board are asked. */
  scene: 'climbing' | 'undone' | 'demo' | 'train';
  /** VIEWER stands for a read-only token. */
  path: string;
  /** What is there when the screen is ready, as Playwright finds it. */
  shows: string;
  look?: Look;
}

const radiatorSize = { width: 1920, height: 1080 };
const [light, dark] = [{ theme: 'light' }, { theme: 'dark' }] as const;
const onPhone = { ...dark, ...phoneSize };

/** All pictures of the dashboard. */
export const screens: readonly Screen[] = [
  at('rollout', 'climbing', '/apps/shop/rollout', dark),
  at('rollout-light', 'climbing', '/apps/shop/rollout', light),
  at('overview-climbing', 'climbing', '/apps/shop', dark),
  at('overview', 'demo', '/apps/shop', light),
  at('overview-dark', 'demo', '/apps/shop', dark),
  at('overview-phone', 'demo', '/apps/shop', onPhone),
  at('environments', 'demo', '/apps/shop/environments', light),
  at('environments-phone', 'demo', '/apps/shop/environments', onPhone),
  at('environment', 'demo', '/apps/shop/environments/production', light),
  at('pipeline', 'demo', '/apps/shop/pipeline', light),
  at('rolled-back', 'undone', '/apps/shop/rollout', light),
  at('timeline', 'demo', '/apps/shop/timeline', light),
  at('delivery', 'demo', '/apps/shop/delivery', light),
  at('radiator', 'demo', '/radiator#token=VIEWER&app=shop', { ...dark, ...radiatorSize }),
  at('train', 'train', '/apps/shop/train', light),
  at('train-phone', 'train', '/apps/shop/train', onPhone),
];

function at(file: string, scene: Screen['scene'], path: string, look: Look, shows = 'h1'): Screen {
  return { file, scene, path, shows, look };
}
