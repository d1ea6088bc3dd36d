// SPDX-License-Identifier: MIT
/* Which of the devices and files under guarded files are guarded too. */
import {OPS} from '../domain/names.js';
import type {Bypass} from '../domain/object.js';
import type {KernelRule} from '../domain/rule.js';
import {fguard_else} from '../domain/uapi.gen.js';
import {beneath} from '../linux/beneath.js';
import {type Mount, type Place, behind, mountOf, placeOf} from '../linux/mounts.js';

/** The parts of a rule, active or saved, that matter here. */
export type Guarding = Pick<
  KernelRule,
  'path' | 'tree' | 'suffix' | 'ops' | 'elseAction' | 'against'
>;

const READ = OPS.toMask(['read']);
const WRITE = OPS.toMask(['write']);
/* Reading a file or directory reads the device; other operations write to it. */
const READING = OPS.toMask(['read', 'list']);
const CHANGING = OPS.toMask(['write', 'create', 'delete', 'rename', 'link', 'truncate', 'attr']);

/* In a request, an empty mask means all operations. */
const opsOf = ({ops}: Guarding): number => (ops === 0 ? READING | CHANGING : ops);

/* A rule that only reports, or that binds only its subjects, does not keep others out. */
const keepsOut = ({elseAction, against}: Guarding): boolean =>
  elseAction !== fguard_else.FGUARD_ELSE_LOG && !against;

/** The operations to guard on a device so that it cannot be used to bypass a rule. */
function neededOps(rule: Guarding): number {
  const ops = opsOf(rule);
  return ((ops & READING) === 0 ? 0 : READ) | ((ops & CHANGING) === 0 ? 0 : WRITE);
}

/** A place that a rule is about. */
interface Cover extends Place {
  tree: boolean;
  ops: number;
  keepsOut: boolean;
}

/* A suffix rule does not count: the name of a device or of a file behind one is arbitrary. */
function coverOf(mounts: readonly Mount[], rule: Guarding): Cover[] {
  if (rule.path === null || rule.suffix !== null) return [];
  const place = placeOf(mounts, rule.path);
  const {tree} = rule;
  return place === undefined ? [] : [{...place, tree, ops: opsOf(rule), keepsOut: keepsOut(rule)}];
}

const covers = ({device, inside, tree}: Cover, place: Place | undefined): boolean =>
  device === place?.device &&
  (tree ? behind(inside, place.inside) !== undefined : inside === place.inside);

const union = (masks: readonly number[]): number => masks.reduce((all, mask) => all | mask, 0);

/** Finds unguarded devices under guarded files. */
export class BypassSearch {
  private readonly covers: readonly Cover[];

  /** @param root the root of the file system */
  constructor(
    private readonly rules: readonly Guarding[],
    private readonly mounts: readonly Mount[],
    private readonly root = '',
  ) {
    this.covers = rules.flatMap((rule) => coverOf(mounts, rule));
  }

  /** What is beneath a path that these rules guard. */
  below(path: string, about: readonly Guarding[]): Bypass[] {
    const needed = union(about.filter(keepsOut).map(neededOps)) || READ | WRITE;
    const mount = mountOf(this.mounts, path);
    return beneath(this.mounts, mount, this.root).map((found) => this.judge(found, needed));
  }

  /** What is under everything the rules guard, each once. */
  belowAll(): Bypass[] {
    const needed = new Map<string, number>();
    for (const [mount, ops] of this.neededOfMounts())
      for (const found of beneath(this.mounts, mount, this.root))
        needed.set(found, (needed.get(found) ?? 0) | ops);
    const open = [...needed].filter(([, ops]) => ops !== 0);
    return open.map(([path, ops]) => this.judge(path, ops));
  }

  /* There may be very many rules, but they are about few filesystems. */
  private neededOfMounts(): Map<Mount, number> {
    const needed = new Map<Mount, number>();
    for (const rule of this.rules.filter(keepsOut))
      for (const mount of this.mountsOf(rule))
        needed.set(mount, (needed.get(mount) ?? 0) | neededOps(rule));
    return needed;
  }

  /* A suffix without a path counts in all of them. */
  private mountsOf({path}: Guarding): readonly Mount[] {
    if (path === null) return this.mounts;
    const mount = mountOf(this.mounts, path);
    return mount === undefined ? [] : [mount];
  }

  /* The most specific rule about an operation decides. */
  private judge(path: string, needed: number): Bypass {
    const place = placeOf(this.mounts, path);
    const about = this.covers
      .filter((cover) => covers(cover, place))
      .sort((a, b) => b.inside.length - a.inside.length);
    const isGuarded = (op: number): boolean =>
      about.find(({ops}) => (ops & op) !== 0)?.keepsOut === true;
    const guarded = [READ, WRITE].every((op) => (needed & op) === 0 || isGuarded(op));
    return {path, guarded};
  }
}
