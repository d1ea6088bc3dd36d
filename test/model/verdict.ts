// SPDX-License-Identifier: MIT
// Which rule decides: a function of the rules and the current tree only, independent of
// history.
import {
  allows,
  bind,
  hangsAt,
  OPS,
  WAY_OPS,
  type Bound,
  type Op,
  type Process,
  type Rule,
} from './rules.js';
import {ancestorsOf, entriesOf, sameEntry, type Entry, type Ino, type Tree} from './tree.js';

/** All that a verdict depends on. */
export interface World {
  readonly tree: Tree;
  readonly rules: readonly Rule[];
}

/** An object of an access: a name, and the inode that has it. */
export interface Target {
  readonly entry: Entry | undefined;
  readonly ino: Ino | undefined;
  /** The mount through which it is accessed; irrelevant for operations that change names. */
  readonly mount?: number;
  /** The name that it is about to be moved to. */
  readonly to?: Entry;
}

/** From the mildest to the strictest; "none": no rule is about it. */
const OUTCOMES = ['none', 'grant', 'log', 'ask', 'deny'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Decision {
  readonly outcome: Outcome;
  /** The rule that decides; if rules of the same rank agree, each of them may be reported. */
  readonly by: readonly Rule[];
}

const UNDECIDED: Decision = {outcome: 'none', by: []};

const strictness = (outcome: Outcome): number => OUTCOMES.indexOf(outcome);

/** For two objects, or two operations: both must be allowed. */
const strictest = (decisions: readonly Decision[]): Decision =>
  decisions.reduce(
    (so, next) => (strictness(next.outcome) > strictness(so.outcome) ? next : so),
    UNDECIDED,
  );

/* ---- which rules are about an object, and how specifically ---------------------------- */

/** A rule about an object. The highest rank decides; rules with rank "aside" can only deny more. */
interface Claim {
  readonly rule: Rule;
  readonly rank: number | 'aside';
  /** The operations that it covers. */
  readonly ops: readonly Op[];
  /** The object is not that of the rule, but an ancestor of it. */
  readonly isWay?: true;
}

const SUFFIX = 1;
/** Minus the number of directories in between. */
const TREE = 1000;
const PATH = 2000;

const isDirectory = (tree: Tree, ino: Ino | undefined): boolean =>
  ino !== undefined && tree.inodes.get(ino)?.kind === 'directory';

const isRoot = (tree: Tree, bound: Bound, directory: Ino): boolean =>
  bound.ino === directory || sameEntry(bound.entry, entriesOf(tree, directory)[0]);

/** How specifically a rule about a path names an object. */
function rankOfPath(tree: Tree, bound: Bound, target: Target): Claim['rank'] | undefined {
  const isItself = bound.ino !== undefined && bound.ino === target.ino;
  if (sameEntry(bound.entry, target.entry) || (isItself && isDirectory(tree, target.ino)))
    return PATH;
  // another name of the guarded file
  if (isItself) return target.entry && bound.entry ? 'aside' : PATH;
  return undefined;
}

function rankOfTree(tree: Tree, bound: Bound, target: Target): number | undefined {
  const steps = ancestorsOf(tree, target.entry).findIndex((above) => isRoot(tree, bound, above));
  return steps < 0 ? undefined : TREE - (steps + 1);
}

const isBelow = (tree: Tree, entry: Entry | undefined, directory: Ino | undefined): boolean =>
  directory !== undefined && ancestorsOf(tree, entry).includes(directory);

function claimsOfSuffix(tree: Tree, rule: Rule, bound: Bound, target: Target): Claim[] {
  if (rule.about.kind !== 'suffix') return [];
  const {suffix, below} = rule.about;
  const claims: Claim[] = [];
  if (
    target.entry?.name.endsWith(suffix) &&
    (below === undefined || isBelow(tree, target.entry, bound.ino))
  )
    claims.push({rule, rank: SUFFIX, ops: rule.ops});
  // Moving a directory out of the place of the rule would take its files along.
  if (
    target.to &&
    isDirectory(tree, target.ino) &&
    isBelow(tree, target.entry, bound.ino) &&
    !isBelow(tree, target.to, bound.ino)
  )
    claims.push({rule, rank: SUFFIX, ops: ['rename']});
  return claims;
}

/** The operations on an ancestor that a rule denies to the processes it does not allow. */
function waysOf({way, ino}: Bound, target: Target): readonly Op[] {
  if (target.ino === undefined || way.every((spot) => spot.ino !== target.ino)) return [];
  // A mount hides nothing if no object is guarded yet, or if it is not in the path's own mount.
  const isHidden =
    ino !== undefined &&
    way.some((spot) => spot.ino === target.ino && spot.mount === (target.mount ?? spot.mount));
  return WAY_OPS.filter((op) => op !== 'mount' || isHidden);
}

function claimsOf(tree: Tree, rule: Rule, target: Target): Claim[] {
  const bound = bind(tree, rule);
  const claims = claimsOfSuffix(tree, rule, bound, target);
  if (rule.about.kind !== 'suffix') {
    const rank = rankOfPath(tree, bound, target);
    if (rank !== undefined) claims.push({rule, rank, ops: rule.ops});
    const within = rule.about.kind === 'tree' ? rankOfTree(tree, bound, target) : undefined;
    if (within !== undefined && rank !== PATH) claims.push({rule, rank: within, ops: rule.ops});
  }
  const ways = waysOf(bound, target);
  if (ways.length > 0) claims.push({rule, rank: 'aside', ops: ways, isWay: true});
  return claims;
}

const isRefusal = (outcome: Outcome): boolean => outcome === 'ask' || outcome === 'deny';

/* ---- evaluation ------------------------------------------------------------------------ */

function outcomeOf(tree: Tree, rule: Rule, process: Process): Outcome {
  return allows(tree, rule, process) ? 'grant' : rule.otherwise;
}

/** The most specific rules decide, and among these the strictest. */
function settle(claims: readonly Claim[], outcome: (rule: Rule) => Outcome): Decision {
  const closest = Math.max(...claims.map(({rank}) => (rank === 'aside' ? -1 : rank)), -1);
  const pick = (rank: Claim['rank']): Decision => {
    const rules = claims.filter((claim) => claim.rank === rank).map(({rule}) => rule);
    const {outcome: strict} = strictest(rules.map((rule) => ({outcome: outcome(rule), by: []})));
    return {outcome: strict, by: rules.filter((rule) => outcome(rule) === strict)};
  };
  const [direct, aside] = [pick(closest), pick('aside')];
  // If both ask, the more specific one does: another name of the object counts more than a tree.
  if (direct.outcome === 'ask' && aside.outcome === 'ask') return closest < PATH ? aside : direct;
  return strictest([direct, aside]);
}

/**
 * The rule does not cover the operation and only keeps its object in place. A mount does
 * not move the object.
 */
const isBeside = ({rule, isWay}: Claim, op: Op): boolean =>
  isWay === true && !rule.ops.includes(op);

/** Evaluates the rules for one operation on one object. */
export function decide(world: World, target: Target, op: Op, process: Process): Decision {
  const {tree, rules} = world;
  const claims = rules
    .flatMap((rule) => claimsOf(tree, rule, target))
    .filter(({ops}) => ops.includes(op))
    .filter(
      (claim) =>
        !isBeside(claim, op) || (op !== 'mount' && isRefusal(outcomeOf(tree, claim.rule, process))),
    );
  return settle(claims, (rule) => outcomeOf(tree, rule, process));
}

/* ---- moving an object to where less is denied ------------------------------------------- */

/** Operations on an object, without those that give it a name, which are evaluated themselves. */
const HELD_OPS = OPS.filter((op) => op !== 'create' && op !== 'rename');

/** The rules that deny an operation at the place where an object is, or would be. */
function refusersOf(
  world: World,
  claims: readonly Claim[],
  op: Op,
  process: Process,
): {decision: Decision; refusers: Rule[]} {
  const {tree} = world;
  const about = claims.filter(({ops}) => ops.includes(op));
  const outcome = (rule: Rule): Outcome => outcomeOf(tree, rule, process);
  const closest = Math.max(...about.map(({rank}) => (rank === 'aside' ? -1 : rank)), -1);
  const refusers = about
    .filter(({rank}) => rank === closest || rank === 'aside')
    .map(({rule}) => rule)
    .filter((rule) => isRefusal(outcome(rule)));
  return {decision: settle(about, outcome), refusers: [...new Set(refusers)]};
}

const sameSubjects = (a: Rule, b: Rule): boolean =>
  JSON.stringify(a.allow) === JSON.stringify(b.allow);

const letsNobodyIn = ({allow}: Rule): boolean => !allow.processes && !allow.uids && !allow.exes;

/** Whether a rule there allows nobody else than the one here. */
const isAsStrict = (there: Rule, here: Rule): boolean =>
  there === here ||
  (there.otherwise === 'deny' && (letsNobodyIn(there) || sameSubjects(there, here)));

/** Whether the operation is denied, or would be without an answer. */
const isForbidden = ({outcome, by}: Decision): boolean =>
  outcome === 'deny' || (outcome === 'ask' && by.some(({fallback}) => fallback === 'deny'));

function isLess(world: World, here: Claim[], there: Claim[], op: Op, process: Process): boolean {
  const [a, b] = [refusersOf(world, here, op, process), refusersOf(world, there, op, process)];
  if (!isRefusal(a.decision.outcome) || !isForbidden(a.decision)) return false;
  const isKept =
    strictness(b.decision.outcome) >= strictness(a.decision.outcome) &&
    a.refusers.every((rule) => b.refusers.some((other) => isAsStrict(other, rule)));
  return !isKept;
}

const claimsFor = ({tree, rules}: World, target: Target, isMeant: (claim: Claim) => boolean) =>
  rules.flatMap((rule) => claimsOf(tree, rule, target)).filter(isMeant);

const isNoWay = ({isWay}: Claim): boolean => !isWay;

/** The tree rules that apply to anything in a directory. */
const claimsWithin = ({tree, rules}: World, directory: Target): Claim[] =>
  rules.flatMap((rule): Claim[] => {
    if (rule.about.kind !== 'tree') return [];
    const bound = bind(tree, rule);
    if (
      (bound.ino !== undefined && bound.ino === directory.ino) ||
      sameEntry(bound.entry, directory.entry)
    )
      return [{rule, rank: TREE - 1, ops: rule.ops}];
    const rank = rankOfTree(tree, bound, directory);
    return rank === undefined ? [] : [{rule, rank: rank - 1, ops: rule.ops}];
  });

/**
 * A process that is denied an operation on an object must not move it, or a directory that
 * contains it, to where less is denied, nor link it there.
 */
function takes(world: World, from: Target, to: Target, process: Process): boolean {
  const here = claimsFor(world, from, isNoWay);
  const place = {entry: to.entry, ino: undefined};
  const there = claimsFor(world, place, isNoWay);
  if (HELD_OPS.some((op) => isLess(world, here, there, op, process))) return true;
  if (!isDirectory(world.tree, from.ino)) return false;
  const [within, withinThere] = [claimsWithin(world, from), claimsWithin(world, to)];
  return HELD_OPS.some((op) => isLess(world, within, withinThere, op, process));
}

/** The other names of a file are guarded as long as the guarded one is there. */
function freesOthers(world: World, lost: Target, process: Process): boolean {
  const {tree} = world;
  if (lost.ino === undefined || isDirectory(tree, lost.ino)) return false;
  if (entriesOf(tree, lost.ino).length < 2) return false;
  const byName = claimsFor(world, lost, ({rank}) => rank === PATH);
  return HELD_OPS.some((op) => {
    const {decision} = refusersOf(world, byName, op, process);
    return isRefusal(decision.outcome) && isForbidden(decision);
  });
}

/* ---- whole accesses --------------------------------------------------------------------- */

/** One object of an access, and the operations on it. */
export interface Part {
  readonly target: Target;
  readonly ops: readonly Op[];
}

/** The accesses of a system call, and its changes of names. */
export interface Access {
  readonly parts: readonly Part[];
  /** Objects that get another name, and which. */
  readonly takings?: readonly {readonly from: Target; readonly to: Target}[];
  /** The tree without a mount that is removed. */
  readonly reveals?: Tree;
  /** Objects that lose a name. */
  readonly losing?: readonly Target[];
}

export interface Verdict {
  readonly allowed: boolean;
  readonly by: readonly Rule[];
}

/** Removing a mount must not make a rule's path lead to another object. */
function decideReveal({tree, rules}: World, after: Tree, process: Process): Decision {
  const revealed = rules.filter((rule) => {
    const [now, then] = [bind(tree, rule).ino, bind(after, rule).ino];
    return then !== undefined && then !== now && rule.ops.includes('mount');
  });
  const claims = revealed.map((rule): Claim => ({rule, rank: 'aside', ops: WAY_OPS, isWay: true}));
  return settle(claims, (rule) => outcomeOf(tree, rule, process));
}

/** Whether a process may do it. There is no answerer here, so the default verdict applies. */
export function judge(world: World, access: Access, process: Process): Verdict {
  const parts = access.parts.flatMap(({target, ops}) =>
    ops.map((op) => decide(world, target, op, process)),
  );
  const decisions = access.reveals
    ? [...parts, decideReveal(world, access.reveals, process)]
    : parts;
  const refusal = decisions.find(isForbidden);
  if (refusal) return {allowed: false, by: refusal.by};
  const taken = (access.takings ?? []).some(({from, to}) => takes(world, from, to, process));
  const freed = (access.losing ?? []).some((lost) => freesOthers(world, lost, process));
  return {allowed: !taken && !freed, by: strictest(decisions).by};
}

export const targetAt = (tree: Tree, ino: Ino | undefined, walked: Entry | undefined): Target => ({
  entry: hangsAt(tree, ino, walked),
  ino,
});
