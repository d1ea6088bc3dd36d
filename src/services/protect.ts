// SPDX-License-Identifier: MIT
import type {Holder, Protected} from '../domain/object.js';
import type {KernelRule, RuleRequest} from '../domain/rule.js';
import {UserError} from '../domain/errors.js';
import type {Guard} from '../native/index.js';
import {fguard_else as ELSE} from '../domain/uapi.gen.js';
import {withGuard} from './guard.js';
import {hardLinks} from '../linux/hard-links.js';
import {findHolders} from '../linux/holders.js';
import {findLayers} from './layers.js';
import {findUnreached} from './mounts-below.js';
import {requireProcess} from '../linux/processes.js';
import {type ResolvedPath, requireExisting, resolvePath} from '../linux/resolve-path.js';

/** Without a path, the rule is about a suffix everywhere. */
export type ProtectRequest = Omit<RuleRequest, 'path' | 'tree'> & {
  paths: readonly string[];
  /** Null: a directory with everything in it, anything else by itself. */
  tree: boolean | null;
};

function requireDistinct(objects: readonly ResolvedPath[]): void {
  const paths = objects.map(({path}) => path);
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw new UserError('EEXIST', `${twice} is given twice`);
}

/** The module identifies an object by its entry in a directory, and / has none. */
export function requireName({path}: ResolvedPath): void {
  if (path === '/')
    throw new UserError(
      'EINVAL',
      '/ itself cannot be guarded; give paths inside it, or a --suffix',
    );
}

/* A suffix below a path needs a directory there; a tree may be created later. */
export function resolveObject(
  path: string,
  {tree, suffix}: Pick<ProtectRequest, 'tree' | 'suffix'>,
  resolve: (path: string) => ResolvedPath = resolvePath,
): ResolvedPath {
  const resolved = resolve(path);
  if (suffix !== null) requireExisting(resolved, path);
  const needsDirectory = suffix !== null || (tree === true && resolved.exists);
  if (needsDirectory && !resolved.isDirectory)
    throw new UserError('ENOTDIR', `${path} is not a directory`);
  if (suffix === null) requireName(resolved);
  return resolved;
}

/* A missing path is a directory if it was typed with a slash. */
const isTree = (path: string, {exists, isDirectory}: ResolvedPath): boolean =>
  isDirectory || (!exists && path.endsWith('/'));

/* The objects of the rules, and further facts about them. */
function resolveObjects(request: ProtectRequest): (ResolvedPath & {tree: boolean})[] {
  const objects = request.paths.map((path) => {
    const resolved = resolveObject(path, request);
    const tree = request.tree ?? (request.suffix === null && isTree(path, resolved));
    return {...resolved, tree};
  });
  requireDistinct(objects);
  return objects;
}

export interface AddedRules {
  /** As the kernel has them, in the order of the requests. */
  added: Pick<Protected, 'rule' | 'exists' | 'replaced'>[];
  /** All active rules. */
  active: KernelRule[];
}

export function addRules(guard: Guard, requests: readonly RuleRequest[]): AddedRules {
  const answers = guard.addRules(requests);
  const active = guard.listRules();
  const byId = new Map(active.map((rule) => [rule.id, rule]));
  const added = answers.flatMap(({id, existed, replaced}) => {
    const rule = byId.get(id);
    return rule === undefined ? [] : [{rule, exists: existed, replaced}];
  });
  return {added, active};
}

export interface ProtectResult {
  rules: Protected[];
  holders: Holder[];
  /** A rule asks, but no answerer is running. */
  unanswered: boolean;
}

/**
 * Guards objects, all or none, and finds processes that already have them open.
 * @param save saves the rules; before the search, which may take long
 */
export async function protect(
  request: ProtectRequest,
  save: (rules: readonly KernelRule[]) => void = () => undefined,
): Promise<ProtectResult> {
  const {paths, ...rest} = request;
  rest.pids.forEach(requireProcess);
  const objects = resolveObjects(request);
  const everywhere = [{path: null, tree: false}];
  const asks = rest.elseAction === ELSE.FGUARD_ELSE_ASK;
  const {added, active, unanswered} = await withGuard((guard) => ({
    ...addRules(
      guard,
      (paths.length === 0 ? everywhere : objects).map(({path, tree}) => ({...rest, path, tree})),
    ),
    unanswered: asks && guard.status().answerers === 0,
  }));
  save(added.map(({rule}) => rule));
  const isDirectory = new Map(objects.map((object) => [object.path, object.isDirectory]));
  const rules = added.map((one): Protected => {
    const {path, suffix} = one.rule;
    return {
      ...one,
      isDirectory: path !== null && isDirectory.get(path) === true,
      links: path === null || suffix !== null ? null : hardLinks(path),
      unreached: findUnreached(one.rule, active),
      layers: findLayers(one.rule, active),
    };
  });
  return {rules, holders: await findHolders(rules.map(({rule}) => rule)), unanswered};
}
