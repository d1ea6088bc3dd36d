// SPDX-License-Identifier: MIT
/* Saved rules: a file for each, named after what it is about. */
import {createHash} from 'node:crypto';

import {type KernelRule, type RuleRequest, ruleDocument} from '../../domain/rule.js';
import {objectKey} from '../../domain/rule-difference.js';
import {toSaved} from '../../domain/rule-file.js';
import {encodePath} from '../../domain/text.js';
import {fileErrorText} from '../../domain/errno.js';
import {UserError} from '../../domain/errors.js';
import {errorCode} from '../../linux/files.js';
import {type ProtectRequest, type ProtectResult, protect, resolveObject} from '../protect.js';
import {RULES_DIRECTORY, filesIn, requireOwnRules} from './find.js';
import {type PlacedRule, loadReadableRuleFiles, loadRuleFiles} from './load.js';
import {ruleFileText} from './text.js';
import {writeFiles} from './write.js';

type Saveable = Pick<RuleRequest, 'path' | 'suffix' | 'name'>;

const WORDS_MAX = 80;

/** The file name of a saved rule: one for each object. */
export function savedName(rule: Saveable): string {
  const {path, suffix} = rule;
  const words = [path ?? 'everywhere', ...(suffix === null ? [] : [suffix])].join(' ');
  const plain = words.replace(/[^A-Za-z0-9.]+/g, '-').replace(/^[-.]+|[-.]+$/g, '');
  const digest = createHash('sha256')
    .update(encodePath(objectKey(rule)))
    .digest('hex');
  return `${plain.slice(0, WORDS_MAX) || 'root'}-${digest.slice(0, 8)}.yaml`;
}

const place = ({file, place: at}: PlacedRule): string =>
  `${file.path}:${file.mistake(at, '').line}`;

function taken(rule: Saveable, others: readonly PlacedRule[]): string | undefined {
  for (const other of others) {
    const {request} = other;
    if (objectKey(request) === objectKey(rule))
      return `${place(other)} has a rule about the same object; change it there`;
    if (request.name !== null && request.name === rule.name)
      return `${place(other)} has a rule with this name`;
  }
  return undefined;
}

/* What would be lost if that rule replaced the file. */
function lost(rule: Saveable, file: string): string | undefined {
  const {rules, mistakes} = loadRuleFiles([file]);
  const [mistake] = mistakes;
  if (mistake !== undefined) return `${file}:${mistake.line}: ${mistake.message}`;
  const other = rules.find(({request}) => objectKey(request) !== objectKey(rule));
  return other && `${place(other)} has a rule about something else; move it to another file`;
}

/*
 * Refuses a rule that conflicts with the saved ones. Errors in other files
 * are ignored, since `fguard check` reports them, but not in the file being written.
 */
function requireSaveable(rules: readonly Saveable[], directory: string): void {
  requireOwnRules(directory);
  const files = filesIn(directory);
  const ownFile = (rule: Saveable): string => `${directory}/${savedName(rule)}`;
  const own = new Set(rules.map(ownFile));
  const others = loadReadableRuleFiles(files.filter((file) => !own.has(file))).rules;
  for (const rule of rules) {
    const file = ownFile(rule);
    const reason = taken(rule, others) ?? (files.includes(file) ? lost(rule, file) : undefined);
    if (reason !== undefined) throw new UserError('EEXIST', `not saved: ${reason}`);
  }
}

const activeText = (rules: readonly KernelRule[]): string =>
  rules.length === 1
    ? `rule ${rules[0]?.id ?? ''} is active`
    : `rules ${rules.map(({id}) => id).join(', ')} are active`;

/* Saves active rules, all or none; returns the files, in order. */
function saveRules(rules: readonly KernelRule[], directory: string): string[] {
  const names = rules.map(savedName);
  const texts = rules.map((rule) => ruleFileText([toSaved(ruleDocument(rule))]));
  const files = names.map((name) => `${directory}/${name}`);
  try {
    writeFiles(directory, new Map(names.map((name, index) => [name, texts[index] ?? ''])));
  } catch (error) {
    const code = errorCode(error);
    if (code === '') throw error;
    const where = files.length === 1 ? `as ${files[0] ?? ''}` : `in ${directory}`;
    throw new UserError(
      code,
      `${activeText(rules)} but cannot be saved ${where}: ${fileErrorText(code)}`,
    );
  }
  return files;
}

/** Guards objects and saves the rules, unless they conflict with saved ones. */
export async function protectAndSave(
  request: ProtectRequest,
  directory = RULES_DIRECTORY,
): Promise<ProtectResult & {saved: string[]}> {
  const {suffix, name} = request;
  const paths = request.paths.map((path) => resolveObject(path, request).path);
  const objects = paths.length === 0 ? [null] : paths;
  requireSaveable(
    objects.map((path) => ({path, suffix, name})),
    directory,
  );
  let saved: string[] = [];
  const result = await protect(request, (rules) => {
    saved = saveRules(rules, directory);
  });
  return {...result, saved};
}
