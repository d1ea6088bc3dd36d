// SPDX-License-Identifier: MIT
import * as Flags from '@oclif/core/flags';

import {BaseCommand} from '../cli/base-command.js';
import {type Remembered, rememberedDocument} from '../domain/remembered.js';
import {toAnswerId} from '../cli/flags.js';
import {forgetAllAnswers, forgetAnswers, listAnswers} from '../services/answers.js';
import {withNames} from '../linux/passwd.js';
import {answerLine} from '../ui/answers.js';

export default class Answers extends BaseCommand {
  static override summary = 'List remembered answers, or revoke them.';
  static override description =
    'An answer for more than one access is remembered with the rule that asked: for the process, or for the program and the user who runs it. An answer about a script run through its #! line covers that script, not other scripts with the same interpreter. Answers survive when the rule is replaced by one that asks about the same object, as `fguard apply` does. After an answer is revoked, the next access is asked about again; files already open stay open.';
  static override examples = [
    {description: 'Print a table', command: '<%= config.bin %> answers'},
    {
      description: 'Revoke two answers',
      command: '<%= config.bin %> answers --forget 3 --forget 7',
    },
    {description: 'Revoke all answers', command: '<%= config.bin %> answers --all'},
  ];
  static override flags = {
    forget: Flags.string({
      description: 'revoke this answer; if several are named, all of them or none',
      helpValue: 'ID',
      multiple: true,
      exclusive: ['all'],
    }),
    all: Flags.boolean({description: 'revoke all answers'}),
  };

  async run() {
    const {flags} = await this.parse(Answers);
    const documents = (answers: readonly Remembered[]) =>
      withNames(({user}) => answers.map((answer) => rememberedDocument(answer, user)));
    if (!flags.all && flags.forget === undefined)
      return this.list(await documents(await listAnswers()));
    const ids = flags.forget?.map(toAnswerId) ?? [];
    const forgotten = await documents(await (flags.all ? forgetAllAnswers() : forgetAnswers(ids)));
    this.say(...forgotten.map((answer) => `revoked: ${answerLine(answer)}`));
    return {forgotten};
  }

  private async list(answers: ReturnType<typeof rememberedDocument>[]) {
    if (answers.length === 0) this.hint('no answers are remembered');
    else if (!this.jsonEnabled()) {
      const {renderAnswers} = await import('../ui/answers.js');
      this.say(renderAnswers(answers));
    }
    return {answers};
  }
}
