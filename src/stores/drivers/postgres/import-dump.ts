import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import { type DumpPart, type DumpReader, dumpReader, DumpTrouble } from './dump-reader.ts';
import { codeOf, connected } from './server.ts';

export interface Imported {
  statements: number;
  rows: number;
  /** Statements about owners, rights and the database itself, which are ours to decide. */
  skipped: number;
}

/** A file, or a stream with a name for messages. */
export type DumpSource = string | { stream: Readable; name: string };

/**
 * Runs a plain SQL dump (also gzipped) in the database that `url` names. A dump is as hostile as any code, so the
 * URL must be of a login that could do no harm anyway: whatever it must not do, the server refuses.
 * Reads as it goes; memory does not grow with the file. Throws `stores/import-failed`.
 */
export async function importDump(url: string, source: DumpSource): Promise<Imported> {
  const name = typeof source === 'string' ? source : source.name;
  const at = { line: 1 };
  try {
    const stream = typeof source === 'string' ? await openDump(source) : source.stream;
    try {
      return await connected(url, (client) => importParts(client, dumpReader(stream), at));
    } finally {
      stream.destroy();
    }
  } catch (error) {
    throw importFailed(name, at.line, error);
  }
}

async function importParts(
  client: pg.Client,
  reader: DumpReader,
  at: { line: number },
): Promise<Imported> {
  const done: Imported = { statements: 0, rows: 0, skipped: 0 };
  const connects = { seen: 0 };
  for (let part = await reader.next(); part !== null; part = await reader.next()) {
    at.line = part.line;
    if (part.kind === 'meta') checkMeta(part, connects);
    else if (isCopyIn.test(part.text)) {
      done.rows += await copyIn(client, part, reader);
      done.statements += 1;
    } else if (isOurs(part)) done.skipped += 1;
    else if (await execute(client, part.text)) done.statements += 1;
    else done.skipped += 1;
  }
  // A dump carries no statistics; and what is frozen now, no clone has to rewrite.
  await client.query('rollback');
  await client.query('vacuum (freeze, analyze)');
  return done;
}

const isCopyIn = /^copy\s[\s\S]*\sfrom\s+stdin\b/i;

const left =
  /^(grant|revoke|alter\s+default\s+privileges|(create|alter|drop)\s+database|set\s+(local\s+|session\s+)?(role|session\s+authorization)|reset\s+(role|session)|comment\s+on\s+(extension|database)|create\s+schema\s+public\s*;|comment\s+on\s+schema\s+public\s|security\s+label)\b|^create\s+schema\s+public\s*;|^alter\s[\s\S]*\sowner\s+to\s+("[^"]*"|[\w$]+)\s*;?\s*$|^set\s+client_encoding\s*(=|to)\s*'?(utf-?8|sql_ascii)'?\s*;/i;

/** Statements that a dump makes for its own server and roles. Also refuses what would be misread. */
function isOurs({ text, line }: DumpPart): boolean {
  if (left.test(text) || text.trim() === ';') return true;
  if (/^set\s+client_encoding\b/i.test(text)) {
    throw new DumpTrouble(line, 'it is not in UTF-8; make the dump with --encoding=UTF8');
  }
  if (/^set\s+standard_conforming_strings\s*(=|to)\s*'?(off|false|0)/i.test(text)) {
    throw new DumpTrouble(line, 'it uses strings of PostgreSQL before 9.1');
  }
  return false;
}

/** False: a setting that this server does not know, as in a dump of a newer one. */
async function execute(client: pg.Client, statement: string): Promise<boolean> {
  try {
    await client.query(statement);
    return true;
  } catch (error) {
    if (/^set\s/i.test(statement) && codeOf(error) === '42704') return false;
    throw error;
  }
}

async function copyIn(client: pg.Client, part: DumpPart, reader: DumpReader): Promise<number> {
  const sink = client.query(copyFrom(part.text));
  try {
    await pipeline(Readable.from(reader.copyData(), { objectMode: false }), sink);
  } catch (error) {
    const row = /^COPY .*, line (\d+)/.exec((error as { where?: string }).where ?? '')?.[1];
    if (row === undefined) throw error;
    const line = part.line + part.text.split('\n').length - 1 + Number(row);
    throw new DumpTrouble(line, (error as Error).message);
  }
  return sink.rowCount ?? 0;
}

/** Commands for psql that mean nothing here are passed over; others would be lost, so they are refused. */
function checkMeta({ text, line }: DumpPart, connects: { seen: number }): void {
  const command = /^\\(\S*)/.exec(text)?.[1] ?? '';
  if (['restrict', 'unrestrict', '.'].includes(command)) return;
  if (command !== 'connect' && command !== 'c') {
    throw new DumpTrouble(line, `\\${command} is a command for psql, and only SQL can be imported`);
  }
  connects.seen += 1;
  if (connects.seen > 1) {
    throw new DumpTrouble(line, 'it holds several databases; dump the one you need with pg_dump');
  }
}

async function openDump(file: string): Promise<Readable> {
  const magic = Buffer.alloc(5);
  const handle = await open(file, 'r');
  try {
    await handle.read(magic, 0, 5, 0);
  } finally {
    await handle.close();
  }
  if (magic.toString('latin1') === 'PGDMP') {
    throw new DumpTrouble(1, "it is in pg_dump's custom format; turn it into SQL: pg_restore -f");
  }
  const raw = createReadStream(file, { highWaterMark: 256 * 1024 });
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) return raw;
  const plain = createGunzip({ chunkSize: 256 * 1024 });
  raw.on('error', (error) => plain.destroy(error));
  plain.on('close', () => raw.destroy());
  return raw.pipe(plain);
}

function importFailed(name: string, line: number, cause: unknown): SignalboxError {
  const at = cause instanceof DumpTrouble ? cause.line : line;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new SignalboxError({
    code: 'stores/import-failed',
    what: `Cannot import ${name}: it stops at line ${at}. Nothing was kept.`,
    why: message,
    fix: [
      /extension/i.test(message)
        ? 'have the extension installed on the server, or drop it from the source before dumping'
        : `look at line ${at} of the dump`,
      'make the dump with: pg_dump --no-owner --no-privileges --encoding=UTF8 --file=FILE',
    ],
    cause,
  });
}
