// SPDX-License-Identifier: MIT
import {type Mistake, sortMistakes} from '../../domain/mistake.js';
import type {RuleRequest} from '../../domain/rule.js';
import {UserError} from '../../domain/errors.js';
import {objectKey} from '../../domain/rule-difference.js';
import {type ExportedRule, type SavedRule, isExported, toSaved} from '../../domain/rule-file.js';
import {readWrittenFile} from '../../formats/read-written-file.js';
import type {Place, WrittenFile} from '../../formats/written-file.js';
import {type KeyHints, loadSchema, schemaMistakes} from '../../formats/yaml-schema.js';
import {RuleResolver} from './resolve.js';
import {isStricter} from './strictness.js';

export const RULES_SCHEMA = 'schemas/rules.schema.json';

/** A rule and its place in a file. */
export interface PlacedRule {
  request: RuleRequest;
  file: WrittenFile;
  place: Place;
  /** Where path and suffix are: in the rule, or in its `match`. */
  match: Place;
}

export interface LoadedRules {
  files: readonly string[];
  /** The valid rules; of two that conflict, the stricter. */
  rules: readonly PlacedRule[];
  mistakes: readonly Mistake[];
  /** What is missing now, but does not keep the rules from being applied. */
  warnings: readonly Mistake[];
}

const PROCESSES =
  'a rule in a file cannot refer to a process, because its number may later belong to another one; use exes, uids, gids, loginuids or cgroups';
const ENDING = 'a rule in a file cannot expire; use `fguard protect`';
const ONE = (key: string): string => `use the key "${key}", which takes a list`;

const HINTS: KeyHints = {
  pid: PROCESSES,
  pids: PROCESSES,
  children: PROCESSES,
  ttl: ENDING,
  'until-exit': ENDING,
  untilExit: ENDING,
  untilClosed: ENDING,
  exe: ONE('exes'),
  uid: ONE('uids'),
  gid: ONE('gids'),
  loginuid: ONE('loginuids'),
  cgroup: ONE('cgroups'),
  against: 'only `fguard run` can make rules of this kind',
};

const position = ({file, place}: PlacedRule): string => {
  const {line} = file.mistake(place, '');
  return `${file.path}:${line}`;
};

interface Twin {
  rule: PlacedRule;
  mistake: Mistake;
}

/* Errors that need all rules: an object or a name used twice. */
function findTwins(
  rules: readonly PlacedRule[],
  keyOf: (rule: PlacedRule) => string | null,
  mistake: (rule: PlacedRule, first: PlacedRule) => Mistake,
): Twin[] {
  const seen = new Map<string, PlacedRule>();
  const twins: Twin[] = [];
  for (const rule of rules) {
    const key = keyOf(rule);
    if (key === null) continue;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, rule);
    else twins.push({rule, mistake: mistake(rule, first)});
  }
  return twins;
}

/* Where it is unknown which was meant, the stricter is applied. */
function objectTwins(rules: readonly PlacedRule[]): Twin[] {
  const kept = new Map<string, PlacedRule>();
  const left: PlacedRule[] = [];
  for (const rule of rules) {
    const key = objectKey(rule.request);
    const other = kept.get(key);
    if (other === undefined || isStricter(rule.request, other.request)) kept.set(key, rule);
    if (other !== undefined) left.push(kept.get(key) === rule ? other : rule);
  }
  return left.map((rule) => ({rule, mistake: aboutTheSame(rule, kept)}));
}

function aboutTheSame(
  {file, match, request}: PlacedRule,
  kept: ReadonlyMap<string, PlacedRule>,
): Mistake {
  const other = kept.get(objectKey(request));
  const where = other === undefined ? '' : `: ${position(other)}`;
  const key = request.path === null ? 'suffix' : 'path';
  return file.mistake([...match, key], `another rule is about the same object${where}`);
}

const nameTwins = (rules: readonly PlacedRule[]): Twin[] =>
  findTwins(
    rules,
    ({request}) => request.name,
    ({file, place}, first) =>
      file.mistake([...place, 'name'], `another rule has this name: ${position(first)}`),
  );

function rulesOf(file: WrittenFile): (SavedRule | ExportedRule)[] {
  const rules: unknown = (file.value as {rules?: unknown} | null)?.rules;
  return Array.isArray(rules) ? (rules as (SavedRule | ExportedRule)[]) : [];
}

/* Undefined for the rule as a whole. */
type Key = Place[number] | undefined;

function keysByRule(places: readonly Place[]): Map<number, Key[]> {
  const keys = new Map<number, Key[]>();
  for (const [, index, key] of places) {
    const own = keys.get(Number(index)) ?? [];
    keys.set(Number(index), [...own, key]);
  }
  return keys;
}

/* A rule whose name is already used is applied without a name. */
const nameless = (rule: PlacedRule): PlacedRule => ({
  ...rule,
  request: {...rule.request, name: null},
});

class Loader {
  readonly rules: PlacedRule[] = [];
  readonly mistakes: Mistake[] = [];
  readonly unreadable: UserError[] = [];
  private readonly validate = loadSchema(RULES_SCHEMA, 'rules');
  private readonly resolver = new RuleResolver();

  load(file: WrittenFile): void {
    this.mistakes.push(...file.mistakes);
    if (file.mistakes.length > 0) return;
    const wrong = schemaMistakes(file, this.validate, HINTS);
    this.mistakes.push(...wrong.map(({mistake}) => mistake));
    const wrongKeys = keysByRule(wrong.map(({place}) => place));
    for (const [index, rule] of rulesOf(file).entries()) {
      const place = ['rules', index];
      const keys = wrongKeys.get(index);
      if (keys === undefined) this.loadRule(file, place, rule);
      else this.lookAtRest(file, place, rule, keys);
    }
  }

  loadIfReadable(path: string): void {
    try {
      this.load(readWrittenFile(path));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.unreadable.push(error);
      this.mistakes.push({file: path, line: 1, column: 1, message: error.message});
    }
  }

  result(files: readonly string[]): LoadedRules {
    const {resolver} = this;
    const objects = objectTwins(this.rules);
    const left = new Set(objects.map(({rule}) => rule));
    const rest = this.rules.filter((rule) => !left.has(rule));
    const named = nameTwins(this.rules);
    const namesakes = new Set(named.map(({rule}) => rule));
    const rules = rest.map((rule) => (namesakes.has(rule) ? nameless(rule) : rule));
    const twins = [...objects, ...named].map(({mistake}) => mistake);
    const wrong = [...this.mistakes, ...resolver.mistakes, ...resolver.unknown, ...twins];
    const warnings = sortMistakes(resolver.warnings, files);
    return {files, rules, mistakes: sortMistakes(wrong, files), warnings};
  }

  /* Not loaded, but its other errors are reported at the same time. */
  private lookAtRest(file: WrittenFile, place: Place, rule: SavedRule | ExportedRule, keys: Key[]) {
    if (keys.includes(undefined) || isExported(rule)) return;
    const rest = Object.entries(rule).filter(([key]) => !keys.includes(key));
    this.resolver.resolve(file, place, Object.fromEntries(rest), place);
  }

  private loadRule(file: WrittenFile, place: Place, rule: SavedRule | ExportedRule): void {
    const [saved, match] = isExported(rule) ? [toSaved(rule), [...place, 'match']] : [rule, place];
    const request = this.resolver.resolve(file, place, saved, match);
    if (request !== undefined) this.rules.push({request, file, place, match});
  }
}

/**
 * Reads rule files and finds all that is wrong with them, one by one and together. A file
 * that cannot be read is a mistake like another.
 */
export function loadReadableRuleFiles(files: readonly string[]): LoadedRules {
  const loader = new Loader();
  for (const path of files) loader.loadIfReadable(path);
  return loader.result(files);
}

/**
 * The same.
 * @throws UserError if nothing else is wrong than that one cannot be read
 */
export function loadRuleFiles(files: readonly string[]): LoadedRules {
  const loader = new Loader();
  for (const path of files) loader.loadIfReadable(path);
  const result = loader.result(files);
  const [unreadable] = loader.unreadable;
  if (unreadable !== undefined && result.mistakes.length === 1) throw unreadable;
  return result;
}
