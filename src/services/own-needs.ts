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

/* Files that are opened at each start but not mapped; OpenSSL ends Node if it cannot read the first. */
const OPENED = ['/etc/ssl/openssl.cnf', '/usr/lib/ssl/openssl.cnf', '/etc/ld.so.cache'];
const OWN = ['bin/run.js', 'bin/program.js', 'dist/lib/main.cjs', 'libnetlink/libfguard.so'];

/* Node, and the libraries that it and this program load. */
const mapped = (): string[] =>
  [...(readIfPossible('/proc/self/maps') ?? '').matchAll(/ (\/.*\.(?:so[.\d]*|node))$/gm)].map(
    ([, path]) => path ?? '',
  );

/** The files without which this program does not start. */
export function ownNeeds(): string[] {
  const all = [process.execPath, ...OWN.map(packageFile), ...OPENED, ...mapped()];
  return [...new Set(all.flatMap((path) => realPathIfPossible(path) ?? []))];
}

/** A rule to be added, or one in the kernel. */
type Terms = Omit<RuleRequest, 'pids' | 'ttl'> & {
  pids?: readonly unknown[];
  grants?: readonly unknown[];
};

/* Processes, logins and cgroups are temporary, so another shell of root may match none of them. */
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

/** A file that this program needs and the rule denies root; undefined if there is none. */
export function deniedNeed(rule: Terms, needs: readonly string[] = ownNeeds()): string | undefined {
  const denies = rule.elseAction !== ELSE.FGUARD_ELSE_LOG && !rule.against;
  const isAboutIt = rule.ops === 0 || (rule.ops & NEEDED) !== 0;
  if (!denies || !isAboutIt || letsRootIn(rule, process.execPath)) return undefined;
  return needs.find(covers(rule));
}

/** The warning about such a rule. */
export const lockOutWarning = (need: string): string =>
  `this keeps root from running fguard, which needs ${need}: only \`rmmod fguard\` or a reboot may then remove it; allow root with --uid or "uids"`;

/** The warnings about several rules, each listed once. */
export function lockOutWarnings(rules: readonly Terms[]): string[] {
  const needs = ownNeeds();
  const need = rules.map((rule) => deniedNeed(rule, needs)).find((one) => one !== undefined);
  return need === undefined ? [] : [lockOutWarning(need)];
}
