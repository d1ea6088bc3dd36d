// SPDX-License-Identifier: MIT
import {OPS} from '../../domain/names.js';
import type {Question} from '../../domain/question.js';

/**
 * The main facts of a request for a program's environment. The environment is
 * UTF-8; a name that is not is left out rather than mangled.
 */
export function questionEnvironment(
  question: Question,
  userName: (uid: number) => string,
): Record<string, string> {
  const {id, rule, op, path, newPath, pid, comm, exe, uid, loginuid} = question;
  const values: Record<string, string | number | null> = {
    ID: id,
    RULE: rule,
    OP: OPS.name(op),
    PATH: path,
    NEW_PATH: newPath,
    PID: pid,
    COMM: comm,
    EXE: exe,
    UID: uid,
    LOGINUID: loginuid,
    USER: loginuid === null ? null : userName(loginuid),
  };
  const texts = Object.entries(values).flatMap(([name, value]): [string, string][] =>
    value === null ? [] : [[`FGUARD_${name}`, String(value)]],
  );
  return Object.fromEntries(texts.filter(([, text]) => text.isWellFormed()));
}
