// SPDX-License-Identifier: MIT
import * as Flags from '@oclif/core/flags';

import {BaseCommand} from '../cli/base-command.js';
import {type Remembered, rememberedDocument} from '../domain/remembered.js';
import {toAnswerId} from '../cli/flags.js';
import {forgetAllAnswers, forgetAnswers, listAnswers} from '../services/answers.js';
import {withNames} from '../linux/passwd.js';
import {answerLine} from '../ui/answers.js';

export default class Answers extends BaseCommand {
  static override summary = 'List the answers that rules remember, or make rules forget them.';
  static override description =
    'An answer that holds for longer than one access is remembered with the rule that asked: for the process, or for the program and the user who runs it. Of a script that is run through its #! line it means that script, and no other of the same interpreter. It stays when the rule is replaced by one that asks about the same, as `fguard apply` does. Whoever it is forgotten for is asked about again; what was let in stays in.';
  static override examples = [
    {description: 'a table', command: '<%= config.bin %> answers'},
    {
      description: 'take two of them back',
      command: '<%= config.bin %> answers --forget 3 --forget 7',
    },
    {description: 'take back all', command: '<%= config.bin %> answers --all'},
  ];
  static override flags = {
    forget: Flags.string({
      description: 'forget this answer; all that are named, or none',
      helpValue: 'ID',
      multiple: true,
      exclusive: ['all'],
    }),
    all: Flags.boolean({description: 'forget all answers'}),
  };

  async run() {
    const {flags} = await this.parse(Answers);
    const documents = (answers: readonly Remembered[]) =>
      withNames(({user}) => answers.map((answer) => rememberedDocument(answer, user)));
    if (!flags.all && flags.forget === undefined)
      return this.list(await documents(await listAnswers()));
    const ids = flags.forget?.map(toAnswerId) ?? [];
    const forgotten = await documents(await (flags.all ? forgetAllAnswers() : forgetAnswers(ids)));
    this.say(...forgotten.map((answer) => `forgotten: ${answerLine(answer)}`));
    return {forgotten};
  }

  private async list(answers: ReturnType<typeof rememberedDocument>[]) {
    if (answers.length === 0) this.hint('no rule remembers an answer');
    else if (!this.jsonEnabled()) {
      const {renderAnswers} = await import('../ui/answers.js');
      this.say(renderAnswers(answers));
    }
    return {answers};
  }
}
