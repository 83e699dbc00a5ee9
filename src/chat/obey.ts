import type { World } from '../environments/world.ts';
import { apps, findApp } from '../git/app.ts';
import { mayDo } from '../kernel/role.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { people, type Person } from '../people/person.ts';
import { speakerOf } from '../people/speaker.ts';
import { verifyAccount, voidCode } from '../people/verify-account.ts';
import { act } from './act.ts';
import { readCommand, type Command, type Understood } from './command.ts';
import { allCommandWords, commandWords, isCommandWord, usageOf } from './command-words.ts';
import { oneLine } from './one-line.ts';
import { refusalWords } from './refusal-words.ts';
import { chatAudit, chatCommands, chatRooms, type CommandRow } from './tables.ts';
import { isRepeatable, looksOnly, whoMay } from './who-may.ts';

/**
 * Does what a message asks for, and answers in lines; none: it is nothing that we should answer. What may not be done
 * twice is begun once at most. Refusals are answers; anything else that goes wrong is noted and answered so.
 */
export async function obey(world: World, heard: CommandRow): Promise<string[]> {
  return (await answerTo(world, heard)).map(oneLine);
}

async function answerTo(world: World, heard: CommandRow): Promise<string[]> {
  try {
    const names = await appNames(world, heard);
    const understood = readCommand(heard.text, { apps: names, isToUs: heard.room === null });
    if (understood.kind !== 'command') return notUnderstood(understood, heard);
    return await obeyCommand(world, heard, { ...understood, names });
  } catch (error) {
    if (error instanceof SignalboxError) return refusalWords(error);
    world.log(`chat: ${heard.network}: ${error instanceof Error ? error.stack : String(error)}`);
    return [
      'Something went wrong in Signalbox itself; its log says what. Look how far it came: !train',
    ];
  }
}

/** Those the room is for; said to us alone: all there are. */
async function appNames({ db }: World, { network, room }: CommandRow): Promise<string[]> {
  if (room === null) return (await apps.all(db)).map(({ name }) => name);
  const rooms = await chatRooms.of(db, network);
  return rooms.filter((one) => isSameRoom(one.room, room)).map(({ app }) => app);
}

export const isSameRoom = (one: string, other: string): boolean =>
  one.toLowerCase() === other.toLowerCase();

function notUnderstood(
  understood: Exclude<Understood, { kind: 'command' }>,
  { room }: CommandRow,
): string[] {
  switch (understood.kind) {
    case 'nothing':
      return [];
    case 'misused':
      return [`${understood.why} Write: ${usageOf(understood.word)}`];
    case 'unknown': {
      const { word, nearest } = understood;
      // Other robots are in the room, too.
      if (nearest === null) return room === null ? [`I do not know "${word}". Try: !help`] : [];
      return [`I do not know !${word}. Did you mean ${usageOf(nearest)}?`];
    }
  }
}

interface Given {
  app: string | null;
  command: Command;
  names: readonly string[];
}

async function obeyCommand(world: World, heard: CommandRow, given: Given): Promise<string[]> {
  const { command } = given;
  if (command.word === 'help') return helpLines(command.about);
  const { account } = heard;
  if (command.word === 'verify' && (heard.room !== null || account === null))
    return voided(world, command.code);
  if (account === null) return notLoggedIn(heard);
  if (command.word === 'verify') return obeyVerify(world, heard, { account, code: command.code });
  const person = await people.byAccount(world.db, heard.network, account);
  if (person === null) return notLinked(heard, account);
  const { needs } = whoMay[command.word];
  if (!mayDo(person.role, needs))
    return [
      `!${command.word} needs the role ${needs}; ${person.name} has ${person.role}.`,
      `→ Ask an admin: signalbox person set ${person.name} --role ${needs}`,
    ];
  return obeyPerson(world, heard, { ...given, person });
}

async function obeyPerson(
  world: World,
  heard: CommandRow,
  { app: named, command, names, person }: Given & { person: Person },
): Promise<string[]> {
  const name = named ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) return [whichApp(command, names)];
  const app = await findApp(world.db, name);
  if (heard.begunAt !== null && !isRepeatable.has(command.word)) return [interrupted(command.word)];
  const by = person.name;
  await chatCommands.begin(world.db, heard.id, { word: command.word, by, at: world.clock.now() });
  const { network, message } = heard;
  const asked = { world, network, message, app, speaker: speakerOf(person) };
  const run = (): Promise<string[]> => act(asked, command);
  return looksOnly.has(command.word) ? run() : audited(asked, { heard, command }, run);
}

/** As a call of the API: what is changed in chat has its row before it is done. */
async function audited(
  { world, app, speaker }: { world: World; app: { name: string }; speaker: { name: string } },
  { heard, command }: { heard: CommandRow; command: Command },
  run: () => Promise<string[]>,
): Promise<string[]> {
  const { word, ...rest } = command;
  const details = { ...rest, via: heard.network, message: heard.message, account: heard.account };
  const action = whoMay[word].endpoint ?? word;
  const entry = { actor: speaker.name, action, subject: subjectOf(app.name, command), details };
  const id = await chatAudit.begin(world.db, entry);
  try {
    const lines = await run();
    await chatAudit.end(world.db, id, 'done');
    return lines;
  } catch (error) {
    const outcome = error instanceof SignalboxError ? error.code : 'bug';
    await chatAudit.end(world.db, id, outcome);
    throw error;
  }
}

const subjectOf = (app: string, command: Command): string =>
  'environment' in command ? `${app}/${command.environment ?? 'production'}` : app;

async function obeyVerify(
  world: World,
  heard: CommandRow,
  { account, code }: { account: string; code: string },
): Promise<string[]> {
  if (heard.begunAt !== null) return [interrupted('verify')];
  const at = world.clock.now();
  await chatCommands.begin(world.db, heard.id, { word: 'verify', by: '', at });
  const person = await verifyAccount(world, { network: heard.network, account, code });
  return [`${account} is ${person.name} from now on, with the role ${person.role}.`];
}

/** Whoever has read it could say it, too. */
async function voided(world: World, code: string): Promise<string[]> {
  await voidCode(world, code);
  return [
    'A code counts only when somebody who is logged in at this network tells me alone; this one is void now.',
    '→ Get another: signalbox person link. Log in here, then tell me alone: !verify CODE',
  ];
}

const notLoggedIn = ({ nick }: CommandRow): string[] => [
  `${nick}: I cannot see who you are: you are not logged in to this network's services, and a nick proves nothing.`,
  '→ Log in there first, then link the account: signalbox person link',
];

const notLinked = ({ nick }: CommandRow, account: string): string[] => [
  `${nick}: nobody here is known by the account ${account}.`,
  '→ Get a code with signalbox person link, then tell me alone: !verify CODE',
];

const interrupted = (word: string): string =>
  `I was interrupted while I obeyed !${word}, and do not know how far it came. Look before you say it again: ${word === 'rollback' ? '!who production' : '!train'}`;

function whichApp({ word }: Command, names: readonly string[]): string {
  const [one = 'APP'] = names;
  return names.length === 0
    ? 'This room is for no app.'
    : `Which app? Name it first: !${word} ${one} … (${names.join(', ')})`;
}

export function helpLines(about: string | null): string[] {
  if (about !== null && isCommandWord(about))
    return [`${usageOf(about)}: ${commandWords[about][1]}`];
  return [
    ...(about === null ? [] : [`I do not know "${about.slice(0, 40)}".`]),
    `I know ${allCommandWords.map((word) => `!${word}`).join(' ')}`,
    'Say !help WORD for one of them. Where a room has several apps, name the app first: !good shop',
  ];
}
