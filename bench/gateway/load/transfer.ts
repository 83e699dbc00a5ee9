import { execa } from 'execa';
import { compile } from '../compile.ts';
import type { Load, LoadRequest } from './load.ts';
import { readTold } from './told.ts';

export interface TransferOrder {
  core: string;
  port: number;
  connections: number;
  seconds: number;
  /** With a body it goes up; without one a long answer comes down. */
  request: LoadRequest;
  /** For the compiled program. */
  directory: string;
}

/** Long bodies one way; resolves with what has been measured. */
export async function transfer(order: TransferOrder): Promise<Load> {
  const program = await compile('load/transfer.c', order.directory);
  const { core, port, connections, seconds } = order;
  const { method = 'GET', path, headers, bodyBytes = 0 } = order.request;
  const lines = Object.entries({
    ...headers,
    ...(bodyBytes > 0 && { 'Content-Length': bodyBytes }),
  });
  const input = `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  const way = bodyBytes > 0 ? 'up' : 'down';
  const { stdout } = await execa({
    input,
  })`taskset -c ${core} ${program} ${way} ${port} ${connections} ${seconds} ${bodyBytes}`;
  return readTold(stdout);
}
