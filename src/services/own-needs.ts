// SPDX-License-Identifier: MIT
/* Rules that keep root from running this program, and so from removing them. */
import {basename} from 'node:path';

import {OPS} from '../domain/names.js';
import type {RuleRequest} from '../domain/rule.js';
import {fguard_else as ELSE} from '../domain/uapi.gen.js';
import {readIfPossible, realPathIfPossible} from '../linux/files.js';
import {packageFile} from '../linux/package-root.js';

const ROOT = 0;
const NEEDED = OPS.toMask(['read', 'exec']);

/* What is opened at each start and not mapped; OpenSSL ends Node if it may not read the first. */
const OPENED = ['/etc/ssl/openssl.cnf', '/usr/lib/ssl/openssl.cnf', '/etc/ld.so.cache'];
const OWN = ['bin/run.js', 'bin/program.js', 'dist/lib/main.cjs', 'libnetlink/libfguard.so'];

/* Node, and the libraries that it and this program are made of. */
const mapped = (): string[] =>
  [...(readIfPossible('/proc/self/maps') ?? '').matchAll(/ (\/.*\.(?:so[.\d]*|node))$/gm)].map(
    ([, path]) => path ?? '',
  );

/** The files without which this program does not start. */
export function ownNeeds(): string[] {
  const all = [process.execPath, ...OWN.map(packageFile), ...OPENED, ...mapped()];
  return [...new Set(all.flatMap((path) => realPathIfPossible(path) ?? []))];
}

/** A rule as it is asked for, or as the kernel has it. */
type Terms = Omit<RuleRequest, 'pids' | 'ttl'> & {
  pids?: readonly unknown[];
  grants?: readonly unknown[];
};

/* Processes, logins and cgroups come and go; a shell of root's need not be of them. */
function letsRootIn(rule: Terms, program: string): boolean {
  const {exes, uids, gids, loginuids, cgroups, pids = [], grants = []} = rule;
  const kinds = [exes, uids, gids, loginuids, cgroups, pids, grants];
  const met = [exes.includes(program), uids.includes(ROOT), gids.includes(ROOT)];
  return (
    kinds.some(({length}) => length > 0) &&
    kinds.every(({length}, index) => length === 0 || met[index] === true)
  );
}

function covers({path, tree, suffix}: Terms): (file: string) => boolean {
  const folder = path === null || path === '/' ? '/' : `${path}/`;
  if (suffix !== null) return (file) => file.startsWith(folder) && basename(file).endsWith(suffix);
  return (file) => file === path || (tree && file.startsWith(folder));
}

/** What the rule keeps root from using of what this program needs; undefined if nothing. */
export function deniedNeed(rule: Terms, needs: readonly string[] = ownNeeds()): string | undefined {
  const denies = rule.elseAction !== ELSE.FGUARD_ELSE_LOG && !rule.against;
  const isAboutIt = rule.ops === 0 || (rule.ops & NEEDED) !== 0;
  if (!denies || !isAboutIt || letsRootIn(rule, process.execPath)) return undefined;
  return needs.find(covers(rule));
}

/** What to know of such a rule. */
export const lockOutWarning = (need: string): string =>
  `this keeps root from running fguard, which needs ${need}: only \`rmmod fguard\` or a reboot may then remove it; allow root with --uid or "uids"`;

/** The same of several rules, once. */
export function lockOutWarnings(rules: readonly Terms[]): string[] {
  const needs = ownNeeds();
  const need = rules.map((rule) => deniedNeed(rule, needs)).find((one) => one !== undefined);
  return need === undefined ? [] : [lockOutWarning(need)];
}
