// SPDX-License-Identifier: MIT
import {BaseCommand} from '../base-command.js';
import {ruleDocument} from '../domain/rule.js';
import {listRules} from '../services/rules.js';
import {UserNames, groupNames} from '../services/users.js';

export default class Rules extends BaseCommand {
  static override summary =
    'List the rules: what is guarded, who gets in, and how often that was tried.';
  static override examples = [
    {description: 'a table', command: '<%= config.bin %> rules'},
    {
      description: 'the paths alone',
      command: "<%= config.bin %> rules --json | jq -r '.rules[].match.path'",
    },
  ];

  async run() {
    await this.parse(Rules);
    const rules = (await listRules()).map(ruleDocument);
    if (rules.length === 0) this.hint('nothing is guarded; `fguard protect PATH` guards a file');
    else if (!this.jsonEnabled()) {
      const {renderRules} = await import('../ui/rules-table.js');
      const [users, groups] = [new UserNames(), groupNames()];
      const user = (uid: number): string => users.name(uid);
      this.say(renderRules(rules, {user, group: (gid) => groups.name(gid)}));
    }
    return {rules};
  }
}
