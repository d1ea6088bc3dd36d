// SPDX-License-Identifier: MIT
/* The hooks, and other users of the functions that they need. */
import type {KernelStatus} from '../../domain/status.js';
import {fguard_hook_state} from '../../domain/uapi.gen.js';
import {
  type Check,
  type Finding,
  failed,
  needsRoot,
  ok,
  unanswered,
  unknown,
  warning,
} from './check.js';
import type {Host} from './host.js';
import {type TracedFunction, parseTraced} from './traced-functions.js';

const TRACEFS = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];
const {FGUARD_HOOK_ACTIVE, FGUARD_HOOK_MISSING} = fguard_hook_state;

function checkFtrace(host: Host): Finding {
  const enabled = host.read('/proc/sys/kernel/ftrace_enabled')?.trim();
  if (enabled === '1') return ok('on');
  if (enabled === undefined) return failed('this kernel has no kernel.ftrace_enabled', null);
  return failed('kernel.ftrace_enabled is 0: no hook can be set');
}

/* ftrace makes this file unusable after an internal error. */
function readTraced(host: Host): Map<string, TracedFunction> | Finding {
  const folder = TRACEFS.find((path) => host.exists(`${path}/enabled_functions`));
  if (!host.isRoot) return needsRoot('listing traced functions');
  if (folder === undefined)
    return unknown('tracefs is not mounted', 'sudo mount -t tracefs tracefs /sys/kernel/tracing');
  const text = host.read(`${folder}/enabled_functions`);
  if (text !== undefined) return parseTraced(text);
  return failed(
    'ftrace disabled itself after an internal error; see the kernel log',
    'sudo systemctl reboot',
  );
}

const isFinding = (value: Map<string, TracedFunction> | Finding): value is Finding =>
  !(value instanceof Map);

/* A hook without operations only observes, and redirects nothing. */
function isLost(hook: KernelStatus['hooks'][number], found: TracedFunction | undefined): boolean {
  return found === undefined || (hook.ops !== 0 && !found.redirected);
}

function judgeHooks({hooks}: KernelStatus, traced: Map<string, TracedFunction>): Finding {
  const active = hooks.filter(({state}) => state === FGUARD_HOOK_ACTIVE);
  const lost = active.filter((hook) => isLost(hook, traced.get(hook.function)));
  if (lost.length > 0)
    return failed(
      `lost: ${lost.map((hook) => hook.function).join(', ')}; what they guard is unprotected`,
    );
  const missing = hooks.filter(({state}) => state === FGUARD_HOOK_MISSING);
  if (missing.length === 0)
    return ok(`${active.length} of ${hooks.length} active, all that the rules need`);
  const names = missing.map((hook) => hook.function).join(', ');
  return warning(`this kernel lacks ${names}; rules that need them are refused`, 'fguard status');
}

/** Whether all active hooks are still in place. */
export async function checkHooks(host: Host): Promise<Finding> {
  const answer = await host.module();
  if ('refusal' in answer) return unanswered(answer.refusal);
  const traced = readTraced(host);
  return isFinding(traced) ? traced : judgeHooks(answer.status, traced);
}

const names = (list: readonly {name: string}[]): string => list.map(({name}) => name).join(', ');

/** Names of all functions that may be hooked; without the module, those that look like it. */
async function wanted(host: Host): Promise<(name: string) => boolean> {
  const answer = await host.module();
  if ('refusal' in answer) return (name) => name.startsWith('security_');
  const idle = answer.status.hooks.filter(({state}) => state !== FGUARD_HOOK_ACTIVE);
  const set = new Set(idle.map((hook) => hook.function));
  return (name) => set.has(name);
}

async function checkOthers(host: Host): Promise<Finding> {
  const traced = readTraced(host);
  if (isFinding(traced)) return traced;
  const isWanted = await wanted(host);
  const list = [...traced].map(([name, found]) => ({name, ...found}));
  const taken = list.filter(({name, redirected}) => redirected && isWanted(name));
  if (taken.length > 0)
    return failed(`another tracer redirects ${names(taken)}; rules that need them are refused`);
  const shared = list.filter(({name, users}) => users > 1 && name.startsWith('security_'));
  if (shared.length === 0) return ok('no other tracer uses the functions that fguard hooks');
  return warning(`other tracers also use ${names(shared)}, which makes these calls slower`);
}

function checkLivepatch(host: Host): Finding {
  const patches = host.names('/sys/kernel/livepatch');
  if (patches.length === 0) return ok('none');
  const functions = patches.flatMap((patch) =>
    host.names(`/sys/kernel/livepatch/${patch}/vmlinux`),
  );
  const ours = functions.filter((name) => name.startsWith('security_'));
  return ours.length === 0
    ? ok(`${patches.join(', ')} does not touch the functions that fguard hooks`)
    : warning(
        `${patches.join(', ')} replaces ${ours.map((name) => name.replace(/,.*/, '')).join(', ')}`,
      );
}

export const TRACE_CHECKS: readonly Check[] = [
  {title: 'ftrace', check: checkFtrace, fix: 'sudo sysctl kernel.ftrace_enabled=1'},
  {title: 'hooks', check: checkHooks, fix: 'sudo fguard unload && sudo fguard load'},
  {
    title: 'other tracers',
    check: checkOthers,
    fix: 'sudo cat /sys/kernel/tracing/enabled_functions',
  },
  {title: 'live patches', check: checkLivepatch, fix: 'ls /sys/kernel/livepatch'},
];
