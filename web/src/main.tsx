import { render } from 'preact';
import { startLive } from './data/live.ts';
import { Dashboard } from './frame/dashboard.tsx';
import { recallTheme } from './frame/theme.ts';
import './style/base.css';
import './style/frame.css';
import './style/parts.css';
import { startClock } from './words/clock.ts';

recallTheme();
startClock();
startLive();
render(<Dashboard />, document.querySelector('#dashboard')!);
