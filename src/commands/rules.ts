// SPDX-License-Identifier: MIT
import {BaseCommand} from '../cli/base-command.js';
import {rememberedDocument} from '../domain/remembered.js';
import {ruleDocument} from '../domain/rule.js';
import {withNames} from '../linux/passwd.js';
import {listRulesAndAnswers} from '../services/rules.js';
import {answerLine} from '../ui/answers.js';

export default class Rules extends BaseCommand {
  static override summary = 'List the rules, whom they allow, and their hit counts.';
  static override examples = [
    {description: 'Print a table', command: '<%= config.bin %> rules'},
    {
      description: 'Print only the paths',
      command: "<%= config.bin %> rules --json | jq -r '.rules[].match.path'",
    },
  ];

  async run() {
    await this.parse(Rules);
    const found = await listRulesAndAnswers();
    const rules = found.rules.map(ruleDocument);
    const answers = await withNames(({user}) =>
      found.answers.map((answer) => rememberedDocument(answer, user)),
    );
    if (rules.length === 0)
      this.hint('nothing is guarded; use `fguard protect PATH` to guard a file');
    else if (!this.jsonEnabled()) {
      const {renderRules} = await import('../ui/rules-table.js');
      this.say(await withNames((names) => renderRules(rules, names)));
      this.say(...answers.map(answerLine));
    }
    return {rules, answers};
  }
}
