import { slackUnderTest } from '../../../../test/support/slack-rig.ts';
import { networkContract } from '../../network.contract.ts';

networkContract('Slack by socket', () => slackUnderTest('socket'));
networkContract('Slack by signed requests', () => slackUnderTest('http'));
