// SPDX-License-Identifier: MIT
/*
 * What every example of help, manual pages and sh blocks of pages claims, and how that is
 * seen: test/contract/examples.test.ts wants a row for each, test/vm runs them.
 */

/** A claim that a script sees to be true, in a machine of its own. */
interface Seen {
  claim: string;
  /** For bash, with EXAMPLE where the example stands; ends with 0 if the claim holds. */
  script: string;
  /** What this machine has in place of a word of the example. */
  words?: Record<string, string>;
}

/** A claim that another test sees, because it takes more than a machine with the module. */
interface SeenElsewhere {
  claim: string;
  test: string;
  /** Its name there. */
  title: string;
}

export type Example = Seen | SeenElsewhere;

/** Begins each script: /srv and /home are empty, ann and postgres are users. */
export const PRELUDE = `
set -e
umount /srv /home 2>/dev/null || :
mount -t tmpfs tmpfs /srv
mount -t tmpfs tmpfs /home
grep -q ^ann: /etc/passwd || echo 'ann:x:4712:4712::/home/ann:/bin/sh' >>/etc/passwd
grep -q ^postgres: /etc/passwd || echo 'postgres:x:4713:4713::/srv:/bin/sh' >>/etc/passwd
rm -rf /etc/fguard
mkdir /home/ann /srv/work
chown ann /home/ann
cd /srv/work
echo secret >/srv/a.db
echo secret >key.pem
refused() { ! "$@" >/dev/null 2>&1 || { echo "not refused: $*" >&2; return 1; }; }
lets() { "$@" >/dev/null 2>&1 || { echo "refused: $*" >&2; return 1; }; }
holds() { grep -Eq -- "$1" out || { echo "no $1 in:" >&2; cat out >&2; return 1; }; }
as() { setpriv --reuid="$1" --clear-groups -- "\${@:2}"; }
shows() { until grep -Eq -- "$1" out; do kill -0 $!; "\${@:2}" >/dev/null 2>&1 || :; sleep 0.1; done; }
stops() { kill -INT $!; wait $! || [ $? = 130 ]; }
`;

const elsewhere = (claim: string, test: string, title: string): SeenElsewhere => ({
  claim,
  test,
  title,
});

/* Two programs are let in for ever; nobody is asked any more. */
const REMEMBERED = `printf 'answers:\\n  - {paths: [/srv/work/key.pem], answer: allow, lifetime: forever}\\n' >policy.yaml
      fguard protect key.pem --else ask; fguard agent --config policy.yaml >log 2>&1 &
      until cat key.pem >/dev/null 2>&1; do sleep 0.1; done; lets head key.pem; stops`;

/* Their numbers. */
const answer = (at: number): string => `"$(fguard answers --json | jq '.answers[${at}].id')"`;

const RULES_YAML = `printf 'rules:\\n  - path: /srv/a.db\\n' >web.yaml`;

export const EXAMPLES: Record<string, Example> = {
  'fguard protect /srv/a.db': {
    claim: 'nobody gets in, root included, and nobody removes it',
    script: `EXAMPLE; refused cat /srv/a.db; refused rm -f /srv/a.db; [ -e /srv/a.db ]`,
  },
  'fguard protect /srv/a.db --pid 4711': {
    claim: 'that process gets in, and no other',
    words: {4711: '$$'},
    script: `EXAMPLE; read -r line </srv/a.db; refused cat /srv/a.db`,
  },
  'fguard protect /etc/hosts --ops write,create,delete,rename,link,truncate,attr,mount': {
    claim: 'all read it, and nobody changes it by any way there is',
    script: `cp /etc/hosts former; EXAMPLE; lets cat /etc/hosts
      refused tee /etc/hosts </dev/null; refused tee -a /etc/hosts; refused truncate -s0 /etc/hosts
      refused rm -f /etc/hosts; refused mv /etc/hosts /etc/hosts.old; refused mv former /etc/hosts
      refused chmod 600 /etc/hosts; refused chown ann /etc/hosts; refused touch -d @1 /etc/hosts
      refused ln /etc/hosts /etc/hosts.too; refused mount --bind key.pem /etc/hosts
      cmp former /etc/hosts`,
  },
  'fguard protect /srv/a.db --exe /usr/sbin/postgres --uid postgres': {
    claim: 'that program gets in as that user, and neither alone does',
    script: `cp /bin/cat /usr/sbin/postgres; chmod 644 /srv/a.db; EXAMPLE
      lets as postgres /usr/sbin/postgres /srv/a.db
      refused /usr/sbin/postgres /srv/a.db; refused as postgres cat /srv/a.db`,
  },
  'fguard protect /srv/app --cgroup app.service': {
    claim: 'what is in the directory is for the processes of the service alone',
    script: `mkdir -p /srv/app /sys/fs/cgroup/app.service; echo 1 >/srv/app/key; EXAMPLE
      refused cat /srv/app/key; refused ls /srv/app; refused touch /srv/app/new
      (echo $BASHPID >/sys/fs/cgroup/app.service/cgroup.procs; lets cat /srv/app/key)`,
  },
  'fguard protect key.pem --pid $$ --children --loginuid ann --until-exit --ttl 10m': {
    claim: 'the shell of who logged in as ann and what it starts get in, until it ends',
    script: `mkfifo ready go
      cat >session <<'END'
      echo 4712 >/proc/self/loginuid; EXAMPLE; read -r line <key.pem; cat key.pem; echo >ready; read -r line <go
END
      bash -e session & read -r line <ready; refused cat key.pem; echo >go; wait $!
      lets cat key.pem`,
  },
  'fguard protect /home --suffix .docx --strict': {
    claim: 'no document is read, through a descriptor from before either; others are',
    script: `cd /home/ann; echo 1 >a.docx; echo 1 >b.txt; exec 5<a.docx; EXAMPLE
      refused cat a.docx; refused cat <&5; lets cat b.txt; refused touch new.docx`,
  },
  'fguard protect key.pem --else ask --default deny --timeout 30s': {
    claim: 'who comes is asked about; a yes lets in, and where nobody answers it is a no',
    script: `EXAMPLE; refused cat key.pem; fguard ask --exec /bin/true >out 2>&1 &
      until cat key.pem 2>/dev/null; do sleep 0.1; done; stops; refused cat key.pem`,
  },
  'fguard protect /srv/a.db --uid postgres --save': {
    claim: 'the same rule comes back by what the start does',
    script: `chmod 644 /srv/a.db; EXAMPLE; fguard clear; lets cat /srv/a.db; fguard apply
      refused cat /srv/a.db; lets as postgres cat /srv/a.db`,
  },
  'fguard protect key.pem --else log --name key': {
    claim: 'it refuses nothing, and is known by its name',
    script: `EXAMPLE; lets cat key.pem; fguard rules --json >out; holds '"name": "key"'
      fguard unprotect key`,
  },
  'fguard run --protect /srv/db -- sqlite3 /srv/db/a.db': {
    claim: 'nobody else reads the database or its log meanwhile; then everybody may',
    script: `mkdir /srv/db; mkfifo ready go
      printf '%s\\n' 'pragma journal_mode=wal;' 'create table t(x);' '.shell echo >ready; read line <go' >in
      EXAMPLE <in & read -r line <ready
      refused cat /srv/db/a.db; refused cat /srv/db/a.db-wal; refused ls /srv/db
      echo >go; wait $!; lets cat /srv/db/a.db`,
  },
  'fguard run --protect ./secrets --protect ./out -- make release': {
    claim: 'the build gets into both, one of which it makes, and nobody else does',
    script: `mkdir secrets; echo 1 >secrets/key; mkfifo ready go
      printf 'release:\\n\\tmkdir out; cp secrets/key out/key; echo >ready; read line <go\\n' >Makefile
      EXAMPLE & read -r line <ready; refused cat secrets/key; refused cat out/key
      echo >go; wait $!; lets cat out/key`,
  },
  'fguard run --ask /home/ann --timeout 1m -- ./install.sh': {
    claim: 'the installer waits for a yes, which is no without one; others get in',
    script: `echo 1 >/home/ann/x; mkfifo ready go; printf '#!/bin/sh\\ncat /home/ann/x\\necho $? >ready\\nread line <go\\n' >install.sh
      chmod +x install.sh; EXAMPLE & read -r code <ready; [ "$code" = 1 ]; lets cat /home/ann/x
      echo >go; wait $!`,
  },
  'fguard run --deny /home/ann/.ssh --read-only ./src -- make test': {
    claim: 'the command reads no key, reads the sources and cannot change them; others can',
    script: `mkdir /home/ann/.ssh src; echo 1 >/home/ann/.ssh/id; echo 1 >src/a; mkfifo ready go
      printf 'test:\\n\\t! cat /home/ann/.ssh/id && cat src/a && ! rm -f src/a && ! touch src/b; echo $$? >ready; read line <go\\n' >Makefile
      EXAMPLE & read -r code <ready; [ "$code" = 0 ]; lets cat /home/ann/.ssh/id; lets touch src/b
      echo >go; wait $!`,
  },
  'fguard unprotect /srv/a.db': {
    claim: 'the rule about the path is gone',
    script: `fguard protect /srv/a.db; refused cat /srv/a.db; EXAMPLE; lets cat /srv/a.db`,
  },
  'fguard unprotect 7 key': {
    claim: 'the rules of that id and that name are gone',
    words: {7: '$id'},
    script: `id=$(fguard protect /srv/a.db --json | jq .rules[0].id); fguard protect key.pem --name key
      EXAMPLE; lets cat /srv/a.db; lets cat key.pem`,
  },
  'fguard unprotect .docx': {
    claim: 'the rule about the suffix is gone',
    script: `echo 1 >a.docx; fguard protect --suffix .docx; refused cat a.docx; EXAMPLE; lets cat a.docx`,
  },
  'fguard clear': {
    claim: 'nothing is guarded any more',
    script: `fguard protect /srv/a.db key.pem; EXAMPLE; lets cat /srv/a.db key.pem`,
  },
  'fguard clear --json': {
    claim: 'prints what was guarded',
    script: `fguard protect /srv/a.db; EXAMPLE >out; holds /srv/a.db; lets cat /srv/a.db`,
  },
  'fguard rules': {
    claim: 'prints each rule',
    script: `fguard protect /srv/a.db --name db; EXAMPLE >out; holds /srv/a.db; holds db`,
  },
  "fguard rules --json | jq -r '.rules[].match.path'": {
    claim: 'prints the paths alone',
    script: `fguard protect /srv/a.db; EXAMPLE >out; [ "$(cat out)" = /srv/a.db ]`,
  },
  'fguard status': {
    claim: 'says that the module is loaded, and how many rules there are',
    script: `fguard protect /srv/a.db; EXAMPLE >out; holds '^module +loaded'; holds '^rules +1$'`,
  },
  "fguard status --json | jq '.questions[] | {comm, op, path, leftMs}'": {
    claim: 'prints who waits, for what, and for how long still',
    script: `mkfifo ready go; printf '#!/bin/sh\\necho >ready; read line <go\\n' >decide; chmod +x decide
      fguard protect key.pem --else ask --timeout 1h; fguard ask --exec ./decide >asked 2>&1 & asker=$!
      (until cat key.pem 2>/dev/null; do sleep 0.1; done) & read -r line <ready
      EXAMPLE >out; holds '"comm": "cat"'; holds '"op": "read"'; holds '"leftMs": [0-9]+'
      echo >go; wait $!; kill -INT $asker`,
  },
  'fguard status --json | jq \'.hooks[] | select(.state == "missing")\'': {
    claim: 'prints hooks that are missing, and no other',
    script: `EXAMPLE >out; ! grep -E 'active|idle' out`,
  },
  'fguard status --check': {
    claim: 'says nothing while all is active, and of a saved rule that is not',
    script: `fguard status --check >lost || true; fguard protect /srv/a.db --save; EXAMPLE >out; [ ! -s out ]
      fguard clear; ! EXAMPLE >out; holds '^/srv/a.db: the saved rule is not active$'`,
  },
  'fguard status --json | jq .module.locked': {
    claim: 'false while it is not locked',
    script: `EXAMPLE >out; [ "$(cat out)" = false ]`,
  },
  'fguard explain /srv/a.db': {
    claim: 'a stranger who reads it is refused by the rule',
    script: `fguard protect /srv/a.db; EXAMPLE >out; holds '^deny: read of /srv/a.db'`,
  },
  'fguard explain /srv/a.db --pid 4711 --op delete': {
    claim: 'the process that is let in may delete it',
    words: {4711: '$$'},
    script: `fguard protect /srv/a.db --pid $$; EXAMPLE >out; holds '^allow: delete of /srv/a.db'`,
  },
  'fguard export > rules.yaml': {
    claim: 'apply makes the same rules of the file, beside rules that were saved',
    script: `fguard protect /srv/a.db --save; EXAMPLE; fguard clear; fguard apply rules.yaml
      refused cat /srv/a.db; fguard check; fguard apply`,
  },
  'fguard export --json': {
    claim: 'apply takes it, too',
    script: `fguard protect /srv/a.db; EXAMPLE >rules.json; fguard clear; fguard apply rules.json; refused cat /srv/a.db`,
  },
  'fguard apply': {
    claim: 'the saved rules are in force',
    script: `mkdir -p /etc/fguard/rules.d; ${RULES_YAML}; cp web.yaml /etc/fguard/rules.d; EXAMPLE; refused cat /srv/a.db`,
  },
  'fguard apply web.yaml --dry-run': {
    claim: 'says what would change, and changes nothing',
    script: `${RULES_YAML}; EXAMPLE >out; holds /srv/a.db; lets cat /srv/a.db`,
  },
  'fguard apply --confirm 60s': {
    claim: 'the former rules come back if it is interrupted',
    script: `mkdir -p /etc/fguard/rules.d; ${RULES_YAML}; cp web.yaml /etc/fguard/rules.d; EXAMPLE >out 2>&1 &
      while cat /srv/a.db >/dev/null 2>&1; do sleep 0.1; done; kill -INT $!; wait $! || :; lets cat /srv/a.db`,
  },
  'fguard apply --confirm yes': {
    claim: 'what another process has applied stays',
    script: `mkdir -p /etc/fguard/rules.d; ${RULES_YAML}; cp web.yaml /etc/fguard/rules.d; fguard apply --confirm 60s >out 2>&1 &
      while cat /srv/a.db >/dev/null 2>&1; do sleep 0.1; done; EXAMPLE; wait $!; refused cat /srv/a.db`,
  },
  'fguard check': {
    claim: 'finds what is wrong with the saved rules',
    script: `mkdir -p /etc/fguard/rules.d; ${RULES_YAML}; cp web.yaml /etc/fguard/rules.d; EXAMPLE
      echo '    opps: [read]' >>/etc/fguard/rules.d/web.yaml; refused EXAMPLE`,
  },
  'fguard check web.yaml': {
    claim: 'finds what is wrong with a file',
    script: `${RULES_YAML}; EXAMPLE; echo '    opps: [read]' >>web.yaml; refused EXAMPLE`,
  },
  'fguard check --policy policy.yaml': {
    claim: 'finds what is wrong with a policy',
    script: `printf 'default: deny\\nanswers: []\\n' >policy.yaml; EXAMPLE; echo 'defualt: deny' >policy.yaml; refused EXAMPLE`,
  },
  "fguard check web.yaml --json | jq -r '.mistakes[].message'": {
    claim: 'prints the sentences alone',
    script: `${RULES_YAML}; echo '    opps: [read]' >>web.yaml; EXAMPLE >out; holds opps; [ "$(wc -l <out)" = 1 ]`,
  },
  'fguard answers': {
    claim: 'lists what a rule remembers',
    script: `${REMEMBERED}; EXAMPLE >out; holds 'allow.*cat'; holds 'allow.*head'; lets cat key.pem`,
  },
  'fguard answers --forget 3 --forget 7': {
    claim: 'takes those answers back',
    words: {'3': answer(0), '7': answer(1)},
    script: `${REMEMBERED}; EXAMPLE; refused cat key.pem; refused head key.pem`,
  },
  'fguard answers --all': {
    claim: 'takes all answers back',
    script: `${REMEMBERED}; EXAMPLE; refused cat key.pem; refused head key.pem`,
  },
  'fguard ask': elsewhere(
    'keys answer one question after another',
    'test/contract/ask-screen.test.ts',
    'shows who, what, where and how long, in %i columns',
  ),
  'fguard ask --default deny': elsewhere(
    'what waits when it leaves is refused',
    'test/contract/ask-screen.test.ts',
    '--default is what Enter and leaving answer',
  ),
  'fguard ask --exec ./decide': {
    claim: 'the exit code of the program is the answer',
    script: `printf '#!/bin/sh\n[ "$FGUARD_OP" = read ]\n' >decide; chmod +x decide
      fguard protect key.pem --else ask; EXAMPLE >out 2>&1 &
      until cat key.pem 2>/dev/null; do sleep 0.1; done; refused rm -f key.pem; lets cat key.pem; stops`,
  },
  'mkfifo answers && fguard ask --json <answers | jq -c --unbuffered \'select(.op == "delete") | {id, verdict: "deny"}\' >answers':
    {
      claim: 'who deletes is refused; what else is asked gets the default of the rule',
      script: `fguard protect key.pem --else ask --default allow --timeout 1s; set -m
      { EXAMPLE; } & while rm -f key.pem 2>/dev/null; do : >key.pem; done
      lets cat key.pem; refused rm -f key.pem; kill -- -$!`,
    },
  'fguard agent --config /etc/fguard/policy.yaml': {
    claim: 'answers as the policy says',
    script: `mkdir /etc/fguard; printf 'default: deny\nanswers:\n  - {ops: [read], answer: allow}\n' >/etc/fguard/policy.yaml
      fguard protect key.pem --else ask; EXAMPLE >out 2>&1 &
      until cat key.pem 2>/dev/null; do sleep 0.1; done; refused rm -f key.pem; stops`,
  },
  'fguard agent --config policy.yaml --json': {
    claim: 'prints a line for each question',
    script: `printf 'default: deny\nanswers: []\n' >policy.yaml; fguard protect key.pem --else ask; EXAMPLE >out &
      shows '"answer":"deny"' cat key.pem; stops; jq -e .op out`,
  },
  'fguard watch': {
    claim: 'shows who was refused what',
    script: `fguard protect /srv/a.db; EXAMPLE >out & shows 'deny +read +cat' cat /srv/a.db; stops`,
  },
  'fguard watch /etc/passwd --op write,rename': {
    claim: 'shows who writes the file, and not who reads it',
    script: `EXAMPLE >out & shows ' write .*/etc/passwd' sh -c 'cat /etc/passwd; : >>/etc/passwd'; stops
      ! grep ' read ' out`,
  },
  'mkfifo ready && { fguard watch /etc/passwd --ready-fd 3 3>ready & } && read -r line <ready': {
    claim: 'says when nothing is missed any more',
    script: `exec >out; EXAMPLE; [ "$line" = ready ]; cat /etc/passwd >log; until grep ' read .*/etc/passwd' out >log; do sleep 0.1; done; stops`,
  },
  'fguard watch --tree /etc': {
    claim: 'shows what is done to any file below',
    script: `EXAMPLE >out & shows ' read .*/etc/hosts' cat /etc/hosts; stops`,
  },
  'fguard watch --all --verdict deny --count 1': {
    claim: 'shows a refusal, and ends',
    script: `fguard protect /srv/a.db; EXAMPLE >out & shows 'deny' cat /srv/a.db; wait $!; [ "$(wc -l <out)" = 1 ]`,
  },
  'fguard watch --all --user ann --for 10s --json': {
    claim: 'shows what ann does, nothing of others, and ends',
    words: {'10s': '1m'},
    script: `chmod 644 /srv/a.db; EXAMPLE >out & shows /srv/a.db as ann cat /srv/a.db; wait $!
      ! jq -r 'select(.type == "access") | .uid' out | grep -v 4712`,
  },
  'fguard watch --verdict deny --format ecs': {
    claim: 'prints each refusal as a document of ECS',
    script: `fguard protect /srv/a.db; EXAMPLE >out & shows /srv/a.db cat /srv/a.db; stops
      jq -e '.event.outcome == "failure" and .ecs.version' out`,
  },
  'fguard watch --verdict deny --format journal': elsewhere(
    'makes each refusal an entry of the journal',
    'test/contract/journal.test.ts',
    'makes an entry of each event and of each gap, and prints nothing',
  ),
  'fguard whois 4711': {
    claim: 'says which program and which user it is',
    words: {4711: '$$'},
    script: `EXAMPLE >out; holds bash; holds root`,
  },
  'fguard whois $$ --json': {
    claim: 'says the same for a program',
    script: `EXAMPLE >out; jq -e '.pid == '$$' and .uid == 0' out`,
  },
  'sudo fguard doctor': elsewhere(
    'names what is wrong',
    'test/contract/life.test.ts',
    'is a table with a remedy below each trouble, and a sentence beside it',
  ),
  'sudo fguard doctor --json | jq \'.checks[] | select(.state == "failed")\'': elsewhere(
    'each check has a state, and what failed says what to do',
    'test/vm/cli-life.vm.test.ts',
    'finds the hooks in force, nobody else at them, and all that belongs together',
  ),
  'fguard lab': elsewhere(
    'a shell in a VM',
    'test/vm/lab.vm.test.ts',
    'runs a command in a VM: input, output, folder, module, Ctrl-C, exit code; nothing is left',
  ),
  'fguard lab --kernel newest -- uname -r': elsewhere(
    'one command on another kernel',
    'test/vm/lab.vm.test.ts',
    'runs a command in a VM: input, output, folder, module, Ctrl-C, exit code; nothing is left',
  ),
  "fguard lab -- sh -c 'fguard protect .; ls'": elsewhere(
    'the module is loaded there, and nothing reaches this machine',
    'test/vm/lab.vm.test.ts',
    'runs a command in a VM: input, output, folder, module, Ctrl-C, exit code; nothing is left',
  ),
  'fguard load': elsewhere(
    'inserts the module',
    'test/vm/selftest.vm.test.ts',
    '`fguard load` passes on why the kernel did not take the module',
  ),
  'fguard load --json': elsewhere(
    'says the same for a program',
    'test/vm/cli-life.vm.test.ts',
    'names who waits for an answer; with --force he gets the default, and it is removed',
  ),
  'fguard apply && fguard lock': elsewhere(
    'nobody changes a rule until the machine restarts',
    'test/vm/cli-lock.vm.test.ts',
    'locking again is no error, and load finds it there',
  ),
  'fguard rebuild': elsewhere(
    'the module of this kernel is built anew',
    'test/vm/rebuild.vm.test.ts',
    'makes the module that the tests run, and installs it',
  ),
  'fguard rebuild --kernel 6.1.0-56-amd64': elsewhere(
    'the module of that kernel is built',
    'test/vm/rebuild.vm.test.ts',
    'makes the module that the tests run, and installs it',
  ),
  'fguard rebuild --all': elsewhere(
    'that of each kernel that is installed',
    'test/vm/rebuild.vm.test.ts',
    'of all kernels takes from the cache, and names what one lacks',
  ),
  'fguard service install': elsewhere(
    'the rules are in force from now on and at each boot',
    'test/vm/service/service.test.ts',
    'guards from its installation on',
  ),
  'fguard service install --json': elsewhere(
    'says the same for a program',
    'test/vm/service/service.test.ts',
    'guards from its installation on',
  ),
  'fguard service remove': elsewhere(
    'nothing of it is left',
    'test/vm/service/service.test.ts',
    'that guards in part is removed, also while somebody waits for an answer',
  ),
  'fguard service remove --json': elsewhere(
    'says the same for a program',
    'test/vm/service/service.test.ts',
    'nothing is guarded, now or after the next boot',
  ),
  'fguard unload': elsewhere(
    'nothing is guarded any more',
    'test/vm/cli-life.vm.test.ts',
    'names who waits for an answer; with --force he gets the default, and it is removed',
  ),
  'fguard unload --force': elsewhere(
    'also while questions wait',
    'test/vm/cli-life.vm.test.ts',
    'names who waits for an answer; with --force he gets the default, and it is removed',
  ),
};
