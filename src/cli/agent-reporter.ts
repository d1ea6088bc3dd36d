// SPDX-License-Identifier: MIT
import type {AgentReporter} from '../services/agent/agent.js';
import {NamesAside} from '../linux/names-aside.js';
import {agentDocument, agentLine} from '../ui/agent-report.js';
import {questionWords} from '../ui/decision.js';
import type {LossyOutput} from '../ui/lossy-output.js';
import {mistakeText} from '../ui/mistakes.js';
import {closedDocument} from '../formats/question-json.js';
import {CLOSINGS, VERDICTS} from '../domain/names.js';
import {escapeLines, escapeText, safeJson} from '../domain/text.js';

const say = (text: string): void => {
  process.stderr.write(`fguard: ${text}\n`);
};

const entriesText = (count: number): string => `${count} ${count === 1 ? 'entry' : 'entries'}`;

/** Prints decisions on standard output, for a person or a program, and all else on stderr. */
export function agentReporter(json: boolean, output: LossyOutput): AgentReporter {
  const userName = new NamesAside().name;
  const line = (document: object): void => {
    output.write(`${safeJson(document)}\n`);
  };
  return {
    decided: (decision) => {
      if (json) line(agentDocument(decision, userName));
      else output.write(agentLine(decision));
    },
    closed: (question, closing) => {
      const how = `${CLOSINGS.name(closing.reason)}, ${VERDICTS.name(closing.verdict)}`;
      if (json) line(closedDocument(closing));
      else output.write(`${how}: ${questionWords(question)}\n`);
    },
    loaded: (entries, again) => {
      say(`${again ? 'policy reloaded' : 'ready'}: answering from ${entriesText(entries)}`);
    },
    refused: (mistakes, problem) => {
      say(`the previous policy stays active: ${escapeText(problem ?? 'the new one is not valid')}`);
      if (mistakes.length > 0) process.stderr.write(`${escapeLines(mistakeText(mistakes))}\n`);
    },
    complain: say,
    describe: mistakeText,
  };
}
