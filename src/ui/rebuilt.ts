// SPDX-License-Identifier: MIT
import {escapeCommand, escapeLines, escapeText} from '../domain/text.js';
import type {UserError} from '../domain/errors.js';
import {dim, statePaint} from './paint.js';
import {type Cell, renderTable} from './table.js';
import {shellWord} from '../domain/shell-word.js';

/** A module that was built, and a kernel that has none, as reported by the services. */
export interface RebuiltModule {
  kernel: string;
  file: string;
  cached: boolean;
  signer: string | null;
  certificate: string | null;
  enrolled: boolean | null;
}

export interface FailedKernel {
  kernel: string;
  error: UserError;
}

export interface Rebuilt {
  modules: readonly RebuiltModule[];
  failed: readonly FailedKernel[];
  /** Null: the firmware does not report it. */
  secureBoot: boolean | null;
}

export const rebuiltDocument = ({modules, failed}: Rebuilt) => ({
  modules: modules.map(({kernel, file, cached, signer, enrolled}) => ({
    kernel,
    file,
    cached,
    signer,
    enrolled,
  })),
  failed: failed.map(({kernel, error}) => ({
    kernel,
    code: error.code,
    message: error.output === '' ? error.message : `${error.message}\n${error.output}`,
    next: [...error.next],
  })),
});

const done = ({cached}: RebuiltModule): string => (cached ? 'up to date' : 'built');

function moduleRow(module: RebuiltModule): Cell[] {
  const signer = module.signer === null ? 'not signed' : `signed by ${module.signer}`;
  return [
    [{text: escapeText(module.kernel)}],
    [{text: done(module), paint: statePaint('ok')}],
    [{text: escapeText(module.file)}, {text: escapeText(signer), paint: dim}],
  ];
}

function failedRow({kernel, error}: FailedKernel): Cell[] {
  const next = error.next.map((text) => ({text: `try: ${escapeCommand(text)}`}));
  return [
    [{text: escapeText(kernel)}],
    [{text: 'no module', paint: statePaint('failed')}],
    [{text: escapeText(error.message)}, ...next],
  ];
}

const HEAD = ['kernel', 'module', 'file, or what is wrong'];

const sentence = (module: RebuiltModule): string =>
  escapeText(`kernel ${module.kernel}: ${done(module)}, ${module.file}`);

/** The result for each kernel; for a single one, one line. */
export function renderRebuilt({modules, failed}: Rebuilt): string {
  const [only] = modules;
  if (only !== undefined && modules.length === 1 && failed.length === 0) return sentence(only);
  return renderTable(HEAD, [...modules.map(moduleRow), ...failed.map(failedRow)]);
}

/** The output of compilers and other programs, for each kernel that has any. */
export const failureOutputs = ({failed}: Rebuilt): string[] =>
  failed
    .filter(({error}) => error.output !== '')
    .map(({kernel, error}) => `kernel ${escapeText(kernel)}:\n${escapeLines(error.output)}`);

function adviseOn({signer, certificate, enrolled}: RebuiltModule, secureBoot: boolean): string[] {
  if (signer === null || certificate === null) return [];
  const key = `the key "${escapeText(signer)}"`;
  if (enrolled === true) return [`${key} is enrolled in this machine's firmware`];
  if (!secureBoot) return [];
  if (enrolled === null)
    return [
      `cannot tell whether ${key} is enrolled in the firmware\n  try: sudo apt install mokutil`,
    ];
  const enrol = `sudo mokutil --import ${shellWord(certificate)}`;
  return [
    `Secure Boot is on, and ${key} is not enrolled in the firmware\n  try: ${enrol}, and reboot`,
  ];
}

export const RELOAD_ADVICE =
  'the loaded module is not the one just built\n  try: sudo fguard unload && sudo fguard load';

/** What to do about signatures, once for each key. */
export const signatureAdvice = ({modules, secureBoot}: Rebuilt): string[] =>
  [...new Map(modules.map((module) => [module.certificate, module])).values()].flatMap((module) =>
    adviseOn(module, secureBoot === true),
  );
