// SPDX-License-Identifier: MIT
/* A question with nothing special about it. */
import type {Question} from '../../src/domain/question.js';

export const QUESTION: Question = {
  id: '1',
  rule: 7,
  op: 0,
  path: '/srv/a.docx',
  newPath: null,
  pid: 100,
  tid: 100,
  ppid: 1,
  comm: 'cat',
  exe: '/usr/bin/cat',
  uid: 1000,
  loginuid: 1000,
  time: 1_767_225_590_000_000_000n,
  deadline: 1_767_225_600_000_000_000n,
  defaultVerdict: 1,
};
