import { isDeepStrictEqual } from 'node:util';
import { Document, type Node, YAMLMap, YAMLSeq } from 'yaml';
import type { Config } from './config.ts';
import { fileForm, type FileForm, type Written } from './file-form.ts';

const head = ` signalbox.yaml as Signalbox understands it.
 What is marked "default" is in effect without being written.`;

/**
 * The whole configuration as a signalbox.yaml with every default marked. Loading it again gives the same
 * configuration, but for variables that look secret: their values are masked.
 */
export function explainConfig(config: Config): string {
  const document = new Document();
  document.contents = nodeOf(fileForm(config), document) as never;
  document.commentBefore = head;
  return document.toString({ lineWidth: 0 });
}

function nodeOf(form: FileForm, document: Document): Node {
  if (Array.isArray(form)) {
    const list = new YAMLSeq(document.schema);
    list.items = form.map((one) => nodeOf(one, document));
    return list;
  }
  if ('unlessSaid' in form) return valueNode(form, document);
  const map = new YAMLMap(document.schema);
  for (const [key, value] of Object.entries(form.keys)) {
    if (value !== null) map.add(document.createPair(key, nodeOf(value, document)));
  }
  return map;
}

function valueNode({ value, unlessSaid, masked }: Written, document: Document): Node {
  const node: Node = document.createNode(value, { flow: true, aliasDuplicateObjects: false });
  if (masked) node.comment = ' masked';
  if (isDeepStrictEqual(value, unlessSaid)) node.comment = ' default';
  return node;
}
