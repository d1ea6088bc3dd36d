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
  if (isSame(difference)) return 'these rules are already active';
  return dryRun ? 'dry run: nothing was changed' : 'applied';
}

/* Without a person at the keyboard another invocation decides. */
const askFor =
  (time: string) =>
  async (signal: AbortSignal): Promise<boolean> => {
    const {askToKeep, waitToKeep} = await import('../ui/keep-prompt.js');
    return process.stdin.isTTY ? askToKeep(time, signal) : waitToKeep(time);
  };

export default class Apply extends BaseCommand {
  static override summary = 'Replace all active rules with those in rule files, atomically.';
  static override description =
    'Without FILE, applies the saved rules: all files *.yaml, *.yml and *.json in /etc/fguard/rules.d. If there is any error in the files, nothing is changed. ' +
    'At every moment either the old rules or the new ones are active. Rules that are in none of the files are removed, including rules about running processes. ' +
    'Rules that stay get new ids and hit counts that start at 0; they keep their remembered answers. ' +
    'If nothing differs, nothing is touched.\n\n' +
    'With --confirm, the old rules come back after that time unless Enter or y confirms the new ones. They come back immediately with n, or if this process ' +
    'is interrupted or killed or its terminal goes away. `fguard apply --confirm yes` (or no) decides from elsewhere, such as another login or a script. ' +
    'Processes that the old rules allowed are allowed again, and rules added meanwhile stay.\n\n' +
    'With --keep-going, as at boot, an error in one rule does not keep the others from being applied. Rules with errors, files that cannot be read, and saved files that users other than ' +
    'root can change are left out and reported, and the exit code is 1. Of a rule with an unknown subject, such as a user that does not exist, only that is left out: it allows nobody. Nothing is changed if leaving them out would remove or change an active rule, or if others can change ' +
    'the directory itself. `fguard doctor` prints the command that takes a file back.';
  static override examples = [
    {description: 'Apply the saved rules', command: '<%= config.bin %> apply'},
    {
      description: 'Show what would change',
      command: '<%= config.bin %> apply web.yaml --dry-run',
    },
    {
      description: 'Go back to the old rules if these lock you out',
      command: '<%= config.bin %> apply --confirm 60s',
    },
    {
      description: 'Confirm rules applied in another terminal',
      command: '<%= config.bin %> apply --confirm yes',
    },
  ];
  static override strict = false;
  static override args = {
    file: Args.string({description: 'rule file, or directory of rule files; can be repeated'}),
  };
  static override flags = {
    'dry-run': Flags.boolean({description: 'show what would change, and change nothing'}),
    confirm: Flags.string({
      description:
        'roll back after this time unless confirmed; with yes or no: confirm or roll back rules applied elsewhere',
      helpValue: '60s',
    }),
    'keep-going': Flags.boolean({
      description: 'leave out rules with errors and files that others can change, and exit with 1',
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
    const rules = flags['dry-run'] ? plan.active : await applyRules(plan, confirmation);
    this.hint(outcome(flags['dry-run'], plan.difference));
    return {
      applied: !flags['dry-run'],
      rules: rules.map(ruleDocument),
      ...plan.difference,
      leftOut: [...plan.leftOut],
    };
  }

  /* Printed even with --quiet, because these are errors. */
  private lament(leftOut: readonly Mistake[]): void {
    for (const one of leftOut)
      process.stderr.write(`fguard: left out: ${escapeText(mistakeText([one]))}\n`);
    process.exitCode = EXIT.failed;
  }

  private async decide(word: keyof typeof DECISIONS, hasMore: boolean) {
    if (hasMore)
      throw wrongUsage(
        `--confirm ${word} decides about rules that were applied before: give it no FILE, --dry-run or --keep-going`,
      );
    const {decideRules} = await import('../services/rule-files/apply.js');
    const rules = await decideRules(DECISIONS[word]);
    this.tell(word === 'yes' ? 'confirmed' : 'the old rules are active again');
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
