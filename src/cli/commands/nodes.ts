import { Command } from 'commander';
import type { Node } from '../../api/contract/nodes.ts';
import type { Cli } from '../cli.ts';
import { whichApp } from '../which-app.ts';
import { ago, ahead, short, stateStyle } from '../words.ts';

export function nodesCommand(cli: Cli): Command {
  return new Command('nodes')
    .argument('[app]', 'absent: the app of this directory')
    .action(async (named: string | undefined) => {
      const app = named ?? (await whichApp(cli));
      const listed = await (await cli.client()).call('listNodes', { app });
      cli.print.result(listed, ({ nodes }) =>
        nodes.length === 0
          ? `${app} has no nodes. Give it some: environments.preview.nodes in signalbox.yaml`
          : asTable(cli, nodes),
      );
    });
}

const asTable = (cli: Cli, nodes: readonly Node[]): string =>
  cli.print.rows(
    [
      { title: 'NODE' },
      { title: 'STATE', style: stateStyle },
      { title: 'BRANCH', least: 12 },
      { title: 'COMMIT' },
      { title: 'UNCHANGED' },
      { title: 'URL' },
      { title: 'NOTE', least: 10 },
    ],
    nodes.map((node) => [
      node.name,
      node.state,
      node.branch ?? '-',
      node.good ? `${short(node.commit)} good` : short(node.commit),
      ago(node.since),
      node.url,
      noteOf(node),
    ]),
  );

const noteOf = ({ next, keptUntil, reason }: Node): string =>
  [
    ...(next === null ? [] : [`${next} comes`]),
    ...(keptUntil === null ? [] : [`kept, ends ${ahead(keptUntil)}`]),
    ...(reason === null ? [] : [reason]),
  ].join('; ');
