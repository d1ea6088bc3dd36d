// SPDX-License-Identifier: MIT
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';

import {BaseCommand} from '../cli/base-command.js';
import type {Mistake} from '../domain/mistake.js';
import {ruleDocument} from '../domain/rule.js';
import {type RuleDifference, isSame} from '../domain/rule-difference.js';
import {escapeText} from '../domain/text.js';
import {toWait} from '../cli/flags.js';
import {interruptSignal} from '../cli/interrupt.js';
import {EXIT, wrongUsage} from '../domain/errors.js';
import {withNames} from '../linux/passwd.js';
import {mistakeText} from '../ui/mistakes.js';

const DECISIONS = {yes: 'keep', no: 'back'} as const;

const isDecision = (text: string | undefined): text is keyof typeof DECISIONS =>
  text !== undefined && Object.hasOwn(DECISIONS, text);

function outcome(dryRun: boolean, difference: RuleDifference): string {
  if (isSame(difference)) return 'these rules are in force already';
  return dryRun ? 'a dry run: nothing was changed' : 'applied';
}

/* Without a person at the keyboard another invocation decides. */
const askFor =
  (time: string) =>
  async (signal: AbortSignal): Promise<boolean> => {
    const {askToKeep, waitToKeep} = await import('../ui/keep-prompt.js');
    return process.stdin.isTTY ? askToKeep(time, signal) : waitToKeep(time);
  };

export default class Apply extends BaseCommand {
  static override summary = 'Replace all rules in force by those of rule files, in one step.';
  static override description =
    'Without FILE: by the saved rules, all files *.yaml, *.yml and *.json in /etc/fguard/rules.d. If anything in the files is wrong, nothing is changed, ' +
    'and there is no moment without the old rules or the new ones. Rules that are in no file go, also those of running processes. ' +
    'Those that stay get new ids, their hits begin at 0, and answers that were remembered with them are forgotten; ' +
    'if nothing differs, nothing is touched.\n\n' +
    'With --confirm the former rules come back after that time unless Enter or y confirms the new ones; at once with n, or if this process ' +
    'is interrupted or killed or its terminal goes away. `fguard apply --confirm yes`, or no, decides from elsewhere, such as another login or a script. ' +
    'Processes that the former rules let in are let in again, and rules that were added meanwhile stay.\n\n' +
    'With --keep-going, as at boot, one wrong rule does not keep the others from being in force: what is wrong, what cannot be read, and saved files that others than ' +
    'root may change, are left out and told, and it ends with 1. It changes nothing where that would take away or change a rule in force, or where others may change ' +
    'the folder itself. `fguard doctor` says how to take a file back.';
  static override examples = [
    {description: 'the saved rules', command: '<%= config.bin %> apply'},
    {description: 'what would change', command: '<%= config.bin %> apply web.yaml --dry-run'},
    {
      description: 'back to the former rules if this locks me out',
      command: '<%= config.bin %> apply --confirm 60s',
    },
    {
      description: 'keep what another terminal has applied',
      command: '<%= config.bin %> apply --confirm yes',
    },
  ];
  static override strict = false;
  static override args = {
    file: Args.string({description: 'rule file, or directory of them; several may follow'}),
  };
  static override flags = {
    'dry-run': Flags.boolean({description: 'only show what would change'}),
    confirm: Flags.string({
      description: 'roll back after this time unless confirmed; yes or no: confirm, or do not',
      helpValue: '60s',
    }),
    'keep-going': Flags.boolean({
      description: 'leave out what is wrong, or may be changed by others, and end with 1',
    }),
  };

  async run() {
    const {flags, argv} = await this.parse(Apply);
    const named = argv as string[];
    if (isDecision(flags.confirm))
      return this.decide(
        flags.confirm,
        named.length > 0 || flags['dry-run'] || flags['keep-going'],
      );
    const milliseconds = flags.confirm === undefined ? 0 : toWait('--confirm', flags.confirm);
    const {applyRules, planRules} = await import('../services/rule-files/apply.js');
    const plan = await planRules({named, keepsGoing: flags['keep-going']}, mistakeText);
    if (plan.leftOut.length > 0) this.lament(plan.leftOut);
    for (const text of plan.warnings) this.caution(escapeText(text));
    await this.show(plan.difference, flags['dry-run']);
    const ask = askFor(flags.confirm ?? '');
    const confirmation = {milliseconds, ask, signal: interruptSignal()};
    const rules = flags['dry-run'] ? plan.inForce : await applyRules(plan, confirmation);
    this.hint(outcome(flags['dry-run'], plan.difference));
    return {
      applied: !flags['dry-run'],
      rules: rules.map(ruleDocument),
      ...plan.difference,
      leftOut: [...plan.leftOut],
    };
  }

  /* Whoever wants errors alone wants these. */
  private lament(leftOut: readonly Mistake[]): void {
    for (const one of leftOut)
      process.stderr.write(`fguard: left out: ${escapeText(mistakeText([one]))}\n`);
    process.exitCode = EXIT.failed;
  }

  private async decide(word: keyof typeof DECISIONS, hasMore: boolean) {
    if (hasMore)
      throw wrongUsage(
        `--confirm ${word} is about what was applied: it takes no FILE, no --dry-run, no --keep-going`,
      );
    const {decideRules} = await import('../services/rule-files/apply.js');
    const rules = await decideRules(DECISIONS[word]);
    this.tell(word === 'yes' ? 'confirmed' : 'the former rules are in force again');
    return {confirmed: word === 'yes', rules: rules.map(ruleDocument)};
  }

  private async show(difference: RuleDifference, isResult: boolean): Promise<void> {
    if (this.jsonEnabled()) return;
    const lines: string[] = [];
    const {differenceText, renderDifference} = await import('../ui/rule-diff.js');
    if (!isSame(difference))
      lines.push(await withNames((names) => renderDifference(difference, names)));
    lines.push(differenceText(difference));
    if (isResult) this.say(...lines);
    else this.tell(...lines);
  }
}
