// SPDX-License-Identifier: MIT
import type {Mistake} from '../../domain/mistake.js';
import type {Policy} from '../../domain/policy.js';
import {Answerer} from '../ask/answerer.js';
import {type AskSummary, runAsking} from '../ask/session.js';
import {type AgentListener, PolicyMode} from './policy-mode.js';
import {PolicySource, type ReloadListener} from './policy-source.js';
import {Supervisor} from '../../linux/supervisor.js';

export interface AgentReporter extends AgentListener {
  /** It answers from a policy, for the first time or from a new one. */
  loaded: (entries: number, again: boolean) => void;
  /** A new policy is not valid, and the previous one stays active. */
  refused: (mistakes: readonly Mistake[], problem: string | undefined) => void;
  complain: (text: string) => void;
  describe: (mistakes: readonly Mistake[]) => string;
}

export interface AgentSettings {
  config: string;
  /** Ends it when aborted. */
  signal: AbortSignal;
  /** Calls back each time the policy is to be read again. */
  onReload: (callback: () => void) => () => void;
  /** Called once it answers. */
  ready: () => void;
}

const statusText = ({entries}: Policy): string => `answering from ${entries.length} entries`;

function reloadListener(
  mode: PolicyMode,
  supervisor: Supervisor,
  reporter: AgentReporter,
): ReloadListener {
  return {
    begins: () => {
      supervisor.reloading();
    },
    loaded: (policy) => {
      mode.replace(policy);
      reporter.loaded(policy.entries.length, true);
      supervisor.ready(statusText(policy));
    },
    refused: (mistakes, problem) => {
      reporter.refused(mistakes, problem);
      supervisor.ready('answering from the previous policy: the new one is not valid');
    },
  };
}

async function answerFrom(
  source: PolicySource,
  policy: Policy,
  {signal, onReload, ready}: AgentSettings,
  reporter: AgentReporter,
): Promise<AskSummary> {
  const answerer = await Answerer.attach();
  const mode = new PolicyMode(answerer, policy, reporter);
  const supervisor = new Supervisor(reporter.complain);
  const stopReloading = onReload(() => {
    void source.reload();
  });
  reporter.loaded(policy.entries.length, false);
  supervisor.ready(statusText(policy));
  ready();
  source.listen(reloadListener(mode, supervisor, reporter));
  try {
    return await runAsking(answerer, mode, {signal, verdict: undefined});
  } finally {
    stopReloading();
    await supervisor.stopping();
  }
}

/** Answers from a policy file until it is told to stop. */
export async function runAgent(
  settings: AgentSettings,
  reporter: AgentReporter,
): Promise<AskSummary> {
  const source = new PolicySource(settings.config);
  try {
    const policy = await source.load(reporter.describe);
    /* Nothing may fail between attaching and answering, or processes would wait in vain. */
    source.follow(reporter.complain);
    return await answerFrom(source, policy, settings, reporter);
  } finally {
    source.close();
  }
}
