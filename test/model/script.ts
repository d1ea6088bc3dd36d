// SPDX-License-Identifier: MIT
// A case as commands for test/vm/guest/try/guard, each with the model's check of the answer.
import {understand, type Call} from './calls.js';
import {ACTORS, NAMES, TOOL, type Case, type Step} from './cases.js';
import {limitOfAccess, limitOfTree, type Limits, type Past} from './limits.js';
import {
  isAboutTheSame,
  noteRun,
  OPS,
  type Op,
  type Process,
  type Rule,
  type Subjects,
} from './rules.js';
import {EMPTY, find, isLost, type Tree} from './tree.js';
import {decide, judge, targetAt, type Decision, type Target} from './verdict.js';

/** Ids of rules by their names, as assigned by the module. */
export type Ids = Map<string, number>;

/** A command, and the check of its answer, which returns what is wrong, if anything. */
export interface Line {
  readonly send: string;
  readonly wrong: (answer: string, ids: Ids) => string | undefined;
}

/** What a case needs of the guest. */
export interface Setting {
  /** The directory that is the root of the case's tree. */
  readonly root: string;
  readonly pids: ReadonlyMap<string, number>;
}

const LETTERS = {none: '.', grant: 'g', log: 'l', ask: 'q', deny: 'd'} as const;

const maskOf = (ops: readonly Op[]): number =>
  ops.reduce((mask, op) => mask | (1 << OPS.indexOf(op)), 0);

/* ---- words ---------------------------------------------------------------------------------- */

const ROUTES: Partial<Record<Call['call'], string>> = {
  read: 'open',
  write: 'open-write',
  'read-write': 'open-rdwr',
  'open-truncate': 'open-trunc',
  exec: 'execve',
  create: 'make',
  symlink: 'point',
  exchange: 'rename-exchange',
  bind: 'mount-bind',
};

const inside = (root: string, path: string): string => (path === '/' ? root : `${root}${path}`);

const pointTo = (root: string, target: string): string =>
  target.startsWith('/') ? inside(root, target) : target;

function wordsOf(root: string, call: Call): string {
  const route = ROUTES[call.call] ?? call.call;
  if (call.call === 'bind') return `${route} ${inside(root, call.to)} ${inside(root, call.path)}`;
  const second =
    'to' in call ? inside(root, call.to) : 'target' in call ? pointTo(root, call.target) : '';
  return `${route} ${inside(root, call.path)} ${second}`.trim();
}

const ELSES = ['deny', 'log', 'ask'];
const TREE_FLAG = 4;
const CHILDREN_FLAG = 8;

function stage({root, pids}: Setting, rule: Rule): string {
  const {about, allow} = rule;
  const path = about.kind === 'suffix' ? about.below : about.path;
  const flags =
    (about.kind === 'tree' ? TREE_FLAG : 0) | (allow.children === true ? CHILDREN_FLAG : 0);
  const words: Record<string, string | number | undefined> = {
    name: rule.name,
    path: path === undefined ? undefined : inside(root, path),
    suffix: about.kind === 'suffix' ? about.suffix : undefined,
    flags,
    ops: maskOf(rule.ops),
    else: ELSES.indexOf(rule.otherwise),
    default: rule.fallback === 'deny' ? 1 : 0,
    pids: allow.processes?.map((name) => pids.get(name)).join(','),
    uids: allow.uids?.join(','),
  };
  const given = Object.entries(words).filter(([, value]) => value !== undefined);
  const exes = (allow.exes ?? []).map((exe) => `exe=${inside(root, exe)}`);
  return ['stage', ...given.map(([key, value]) => `${key}=${value}`), ...exes].join(' ');
}

/* ---- accesses to check ------------------------------------------------------------------------ */

/** All names, including unused ones in each directory. */
function pathsIn(tree: Tree, above = ''): string[] {
  const found: string[] = [];
  for (const name of NAMES) {
    const path = `${above}/${name}`;
    const where = find(tree, path, false);
    if (isLost(where)) continue;
    found.push(path);
    const isDirectory = where.ino !== undefined && tree.inodes.get(where.ino)?.kind === 'directory';
    if (isDirectory && path.length < 24) found.push(...pathsIn(tree, path));
  }
  return found;
}

/** The state of a case. */
interface State extends Past {
  readonly processes: readonly Process[];
}

interface Look {
  readonly path: string;
  readonly op: Op;
  readonly by: Process;
}

/** A few of all possible accesses, different ones each time: @param turn counts the calls. */
function looksAt({tree, processes}: State, turn: number, each: number): Look[] {
  return pathsIn(tree).flatMap((path, i) =>
    Array.from({length: each}, (_, j): Look => {
      const number = turn * 31 + i * 7 + j * 5;
      const op = OPS[number % OPS.length] ?? 'read';
      const by = processes[(number + j) % processes.length];
      if (!by) throw new Error('nobody acts');
      return {path, op, by};
    }),
  );
}

const told = ({outcome, by}: Decision): string =>
  `${outcome}${by.length > 0 ? ` by ${by.map(({name}) => name).join(' or ')}` : ''}`;

const isTold = (answer: string, {outcome, by}: Decision, ids: Ids): boolean => {
  const rules = by.length > 0 ? by.map(({name}) => ids.get(name)) : [0];
  return rules.some((id) => answer === `${LETTERS[outcome]}${id}`);
};

function targetOf(tree: Tree, path: string): Target {
  const found = find(tree, path, false);
  if (isLost(found)) throw new Error(`${path}: ${found.errno}`);
  return {...targetAt(tree, found.ino, found.entry), mount: found.seenIn};
}

/** The maximum number of words on a line. */
const LOOKS_IN_LINE = 20;

function lookLines(
  past: Past,
  limits: Limits,
  setting: Setting,
  drawn: readonly Look[],
  when: string,
): Line[] {
  const lines: Line[] = [];
  const looks = drawn.filter(
    ({path, op}) => limitOfAccess(limits, past, targetOf(past.tree, path), op) === undefined,
  );
  for (let from = 0; from < looks.length; from += LOOKS_IN_LINE) {
    const some = looks.slice(from, from + LOOKS_IN_LINE);
    const words = some.map(
      ({path, op, by}) => `path=${inside(setting.root, path)} ops=${maskOf([op])} by=${by.name}`,
    );
    lines.push({
      send: `look ${words.join(' ')}`,
      wrong: (answer, ids) => {
        const answers = answer.trim().split(' ');
        const wrong = some.flatMap((look, i) => {
          const decision = decide(past, targetOf(past.tree, look.path), look.op, look.by);
          if (isTold(answers[i] ?? '', decision, ids)) return [];
          const names = [...ids].map(([name, id]) => `${name}=${id}`).join(' ');
          return `${when}: ${look.op} ${look.path} by ${look.by.name}: ${told(decision)}, but got ${answers[i]} (${names})`;
        });
        return wrong.length > 0 ? wrong.join('\n') : undefined;
      },
    });
  }
  return lines;
}

/* ---- a case ------------------------------------------------------------------------------------ */

const fine = (what: string) => (answer: string) =>
  answer.startsWith('OK') ? undefined : `${what}: ${answer}`;

function putLines(setting: Setting, anchor: string, rules: readonly Rule[], when: string): Line[] {
  return [
    {send: anchor, wrong: fine(when)},
    ...rules.map((rule) => ({send: stage(setting, rule), wrong: fine(when)})),
    {
      send: 'put',
      wrong: (answer: string, ids: Ids) => {
        ids.clear();
        for (const [, name = '', id] of answer.matchAll(/(\S+)=(\d+)/g)) ids.set(name, Number(id));
        return fine(`${when}: rules`)(answer);
      },
    },
  ];
}

/** The answer that the guest must give to a call. */
function answerTo(call: Call, result: Tree | string, allowed: boolean) {
  return (answer: string): string | undefined => {
    if (typeof result === 'string') return answer === 'OK' ? `must fail with ${result}` : undefined;
    const wanted = !allowed ? 'EACCES' : call.call === 'exec' ? 'ENOEXEC' : 'OK';
    return answer === wanted ? undefined : `must be ${wanted}`;
  };
}

const showSubjects = ({processes, uids, exes}: Subjects): string =>
  [processes, uids?.map((uid) => `uid ${uid}`), exes]
    .flatMap((kind) => (kind ? [kind.join(' or ')] : []))
    .join(' and ') || 'nobody';

function showRule({name, about, ops, allow, otherwise, fallback}: Rule): string {
  const object =
    about.kind === 'suffix'
      ? `*${about.suffix} below ${about.below ?? 'anything'}`
      : `${about.kind} ${about.path}`;
  const what = ops.length === OPS.length ? 'all' : ops.join();
  const others = otherwise === 'ask' ? `ask, else ${fallback}` : otherwise;
  return `${name}: ${object}: ${what}: allow ${showSubjects(allow)}, ${others}`;
}

/** The description for people. */
export const showCase = ({setup, rules, steps}: Case): string =>
  [
    ...setup.map((call) => `  ${show(call)}`),
    ...rules.map((rule) => `  ${showRule(rule)}`),
    ...steps.map((step) => `  ${step.by}: ${showStep(step)}`),
  ].join('\n');

const show = (call: Call): string =>
  [call.call, call.path, 'to' in call ? call.to : 'target' in call ? call.target : '']
    .join(' ')
    .trim();

interface Taken {
  readonly lines: readonly Line[];
  readonly state: State;
}

const NOBODY: Process = {name: 'nobody', uid: 0, program: undefined, forebears: []};

const withTree = (state: State, tree: Tree): State => ({
  ...state,
  tree,
  processes: state.processes.map((process) => noteRun(tree, state.rules, process)),
});

/** Ends the tool, and restarts it if the program may be executed. */
function start(state: State, setting: Setting, path: string): Taken {
  const {access, result} = understand(state.tree, {call: 'exec', path});
  const runs = typeof result !== 'string' && judge(state, access, NOBODY).allowed;
  const wasThere = state.processes.some(({name}) => name === TOOL.name);
  const program = access.parts[0]?.target.ino;
  const others = state.processes.filter(({name}) => name !== TOOL.name);
  const send = `start ${TOOL.name} program=${inside(setting.root, path)}`;
  const wrong = (answer: string): string | undefined =>
    answer.endsWith(' OK') === runs ? undefined : `start ${path}: ${answer}`;
  return {
    lines: [
      ...(wasThere ? [{send: `stop ${TOOL.name}`, wrong: fine('stop')}] : []),
      {send, wrong},
      ...(runs ? [] : [{send: `stop ${TOOL.name}`, wrong: fine('stop')}]),
    ],
    state: withTree(
      {...state, processes: runs ? [...others, {...TOOL, program}] : others},
      state.tree,
    ),
  };
}

/** @returns nothing if a limit or the model excludes the step */
function take(state: State, limits: Limits, setting: Setting, step: Step): Taken | undefined {
  if ('starts' in step) return start(state, setting, step.starts);
  const {by, call} = step;
  const process = state.processes.find(({name}) => name === by);
  const {access, result} = understand(state.tree, call);
  if (!process || result === 'beyond') return undefined;
  const verdict = judge(state, access, process);
  const tree = typeof result !== 'string' && verdict.allowed ? result : state.tree;
  const isLimited =
    limitOfTree(limits, {...state, tree}) !== undefined ||
    access.parts.some(({target, ops}) =>
      ops.some((op) => limitOfAccess(limits, state, target, op) !== undefined),
    );
  if (isLimited) return undefined;
  const wrong = answerTo(call, result, verdict.allowed);
  const names = verdict.by.map(({name}) => name).join(', ');
  const line: Line = {
    send: `tell ${by} ${wordsOf(setting.root, call)}`,
    wrong: (answer) => {
      const why = wrong(answer);
      return why && `${by}: ${show(call)}: ${answer}, but ${why} (${names})`;
    },
  };
  return {lines: [line], state: withTree(state, tree)};
}

const showStep = (step: Step): string =>
  'starts' in step ? `starts ${step.starts}` : show(step.call);

export interface Script {
  readonly lines: readonly Line[];
  /** The rules of the case, without those that a limit excludes. */
  readonly steps: number;
}

/** Rules that can be active together. */
function rulesIn(tree: Tree, limits: Limits, rules: readonly Rule[]): Rule[] {
  const kept: Rule[] = [];
  for (const rule of rules) {
    const past = {rules: [...kept, rule], made: tree, tree};
    if (
      limitOfTree(limits, past) === undefined &&
      !kept.some((other) => isAboutTheSame(tree, rule, other))
    )
      kept.push(rule);
  }
  return kept;
}

interface Prepared {
  readonly lines: readonly Line[];
  readonly tree: Tree;
}

/** Runs before there are rules. */
function prepare({root}: Setting, setup: readonly Call[]): Prepared {
  const lines: Line[] = [{send: `tell other mkdir ${root}`, wrong: fine('the root')}];
  let tree = EMPTY;
  for (const call of setup) {
    const {result} = understand(tree, call);
    const wrong = answerTo(call, result, true);
    lines.push({
      send: `tell other ${wordsOf(root, call)}`,
      wrong: (answer) => {
        const why = wrong(answer);
        return why && `setup: ${show(call)}: ${answer}, but ${why}`;
      },
    });
    if (typeof result !== 'string') tree = result;
  }
  return {lines, tree};
}

/**
 * @param anchor a rule about another object, so that the module is always active
 * @param limits the known differences from the model
 */
export function scriptOf(
  {setup, rules: drawn, steps}: Case,
  setting: Setting,
  anchor: string,
  limits: Limits,
): Script {
  const {tree: made, lines: before} = prepare(setting, setup);
  const rules = rulesIn(made, limits, drawn);
  let state: State = {rules, made, tree: made, processes: ACTORS};
  const look = (turn: number, each: number, when: string): Line[] =>
    lookLines(state, limits, setting, looksAt(state, turn, each), when);
  const lines = [
    ...before,
    ...putLines(setting, anchor, rules, 'at first'),
    ...look(0, 2, 'at first'),
  ];
  let turn = 0;
  for (const step of steps) {
    const taken = take(state, limits, setting, step);
    if (!taken) continue;
    state = taken.state;
    const when = `after step ${++turn}, ${step.by}: ${showStep(step)}`;
    lines.push(...taken.lines, ...look(turn, 1, when));
  }
  lines.push(...look(turn + 1, 2, 'at last'), ...putLines(setting, anchor, rules, 'anew'));
  state = {...state, made: state.tree};
  lines.push(
    ...look(turn + 1, 2, 'with the same rules made anew'),
    ...putLines(setting, anchor, [], 'at the end'),
    ...(state.processes.length > ACTORS.length
      ? [{send: `stop ${TOOL.name}`, wrong: fine('stop')}]
      : []),
    {send: `sweep ${setting.root}`, wrong: fine('swept')},
  );
  return {lines, steps: turn};
}
