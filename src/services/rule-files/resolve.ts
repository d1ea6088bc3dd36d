// SPDX-License-Identifier: MIT
/* Turns a rule in a file into one for the kernel; what this machine lacks is an error. */
import {parseDuration} from '../../domain/duration.js';
import type {Mistake} from '../../domain/mistake.js';
import {ELSES, OPS, VERDICTS} from '../../domain/names.js';
import {type RuleRequest, type Subjects, UNSAID} from '../../domain/rule.js';
import type {SavedRule} from '../../domain/rule-file.js';
import {type ErrnoName, errnoNumber} from '../../domain/errno.js';
import {UserError} from '../../domain/errors.js';
import {FGUARD_TIMEOUT_MAX, FGUARD_NAME_MAX} from '../../domain/uapi.gen.js';
import {cgroupDirectory} from '../../linux/cgroups.js';
import {findExecutable} from '../executables.js';
import {resolveObject} from '../protect.js';
import {PathResolver} from '../../linux/resolve-path.js';
import {groupId, userId} from '../../linux/users.js';
import type {Place, WrittenFile} from '../../formats/written-file.js';

type Id = number | string;

/* Values that many rules share are looked up once, because looking up a name runs a program. */
function remembered<T>(lookUp: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text) ?? lookUp(text);
    known.set(text, found);
    return found;
  };
}

const byNumber =
  (lookUp: (text: string) => number) =>
  (id: Id): number =>
    typeof id === 'number' ? id : lookUp(id);

/* The schema has already rejected unknown words. */
const read = <T>(
  written: T | undefined,
  usual: number,
  convert: (written: T) => number | undefined,
): number => (written === undefined ? usual : (convert(written) ?? usual));

/** Resolves the rules of any number of files. */
export class RuleResolver {
  readonly mistakes: Mistake[] = [];
  /** Subjects that cannot be resolved: a rule with one is right otherwise, and it allows nobody. */
  readonly unknown: Mistake[] = [];
  /** What is missing now, but does not keep the rules from being applied. */
  readonly warnings: Mistake[] = [];
  private readonly user = byNumber(remembered(userId));
  private readonly group = byNumber(remembered(groupId));
  private readonly executable = remembered(findExecutable);
  private readonly cgroup = remembered((text) => cgroupDirectory(text));
  private readonly paths = new PathResolver();

  /**
   * Undefined if there was an error in anything but a subject. The places of the keys depend on
   * the form of the rule.
   */
  resolve(file: WrittenFile, place: Place, rule: SavedRule, match: Place): RuleRequest | undefined {
    const before = this.mistakes.length;
    const request = this.request(file, place, rule, match);
    return this.mistakes.length === before ? request : undefined;
  }

  private request(file: WrittenFile, place: Place, rule: SavedRule, match: Place): RuleRequest {
    const {name = null, path = null, tree = UNSAID.tree, suffix = null} = rule;
    this.checkLengths(file, place, rule, match);
    const resolve = (): string =>
      resolveObject(path ?? '', {tree, suffix}, (one) => this.paths.resolve(one)).path;
    return {
      ...UNSAID,
      name,
      path: path === null ? null : this.attempt(file, [...match, 'path'], '', resolve),
      tree,
      suffix,
      strict: rule.strict ?? UNSAID.strict,
      ops: read(rule.ops, UNSAID.ops, (ops) => OPS.toMask(ops)),
      elseAction: read(rule.else, UNSAID.elseAction, (word) => ELSES.value(word)),
      error: read(rule.errno, UNSAID.error, (word) => errnoNumber(word as ErrnoName)),
      defaultVerdict: read(rule.default, UNSAID.defaultVerdict, (word) => VERDICTS.value(word)),
      timeout: read(rule.deadline, UNSAID.timeout, (text) => this.timeout(file, place, text)),
      ...this.subjects(file, [...place, 'allow'], rule.allow ?? {}),
    };
  }

  private subjects(
    file: WrittenFile,
    place: Place,
    allow: NonNullable<SavedRule['allow']>,
  ): Partial<Subjects> {
    // kinds of which none is known: an empty list would not restrict
    const unknown: string[] = [];
    const all = <T, R>(
      kind: keyof Subjects,
      values: readonly T[] = [],
      look: (value: T, at: Place, index: number) => R[],
    ): R[] => {
      const found = values.flatMap((value, index) => look(value, [...place, kind, index], index));
      if (values.length > 0 && found.length === 0) unknown.push(kind);
      return found.length > 1 ? [...new Set(found)] : found;
    };
    const known =
      <T, R>(look: (value: T, index: number) => R) =>
      (value: T, at: Place, index: number): R[] =>
        this.ifKnown(file, at, () => look(value, index));
    const found = {
      cgroups: all('cgroups', allow.cgroups, this.unitGroup(file)),
      exes: all('exes', allow.exes, known(this.exe(file, [...place, 'exes']))),
      uids: all('uids', allow.uids, known(this.user)),
      gids: all('gids', allow.gids, known(this.group)),
      loginuids: all('loginuids', allow.loginuids, known(this.user)),
    };
    return unknown.length > 0 ? {} : found;
  }

  /* The kernel notices when an executable is installed later. */
  private exe(file: WrittenFile, place: Place): (path: string, index: number) => string {
    return (written, index) => {
      const {path, exists} = this.executable(written);
      const later = `${written} does not exist; it allows nobody until it does`;
      if (!exists) this.warnings.push(file.mistake([...place, index], later));
      return path;
    };
  }

  /*
   * A unit has a cgroup only while it runs. Rules are applied before most units
   * start, and refusing them all for one unit would guard nothing.
   */
  private unitGroup(file: WrittenFile): (name: string, at: Place) => string[] {
    return (name, at) => {
      try {
        return [this.cgroup(name)];
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        const later = `${error.message}; it allows nobody until the rules are applied again`;
        if (error.code === 'ENOENT') this.warnings.push(file.mistake(at, later));
        else this.unknown.push(file.mistake(at, error.message));
        return [];
      }
    };
  }

  private timeout(file: WrittenFile, place: Place, text: string): number {
    const milliseconds = parseDuration(text);
    if (milliseconds !== undefined && milliseconds <= FGUARD_TIMEOUT_MAX) return milliseconds;
    this.add(file, [...place, 'deadline'], `"deadline" must be more than 0 and at most one day`);
    return UNSAID.timeout;
  }

  /* Lengths in bytes, which a schema cannot express. */
  private checkLengths(file: WrittenFile, place: Place, rule: SavedRule, match: Place): void {
    const tooLong = (text: string | null | undefined, most: number): boolean =>
      typeof text === 'string' && Buffer.byteLength(text) > most;
    if (tooLong(rule.name, FGUARD_NAME_MAX))
      this.add(file, [...place, 'name'], `"name" must be at most ${FGUARD_NAME_MAX} bytes long`);
    if (tooLong(rule.suffix, 255))
      this.add(file, [...match, 'suffix'], '"suffix" must not be longer than a file name can be');
  }

  private add(file: WrittenFile, place: Place, message: string): void {
    this.mistakes.push(file.mistake(place, message));
  }

  private ifKnown<T>(file: WrittenFile, place: Place, look: () => T): T[] {
    try {
      return [look()];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.unknown.push(file.mistake(place, error.message));
      return [];
    }
  }

  private attempt<T>(file: WrittenFile, place: Place, without: T, look: () => T): T {
    try {
      return look();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.add(file, place, error.message);
      return without;
    }
  }
}
