// SPDX-License-Identifier: MIT
// Example files for manual pages and the reference; a test checks that they are valid.

export const RULES_EXAMPLE = `rules:
  - name: app
    path: /srv/app
    tree: true
    allow:
      cgroups: [app.service]
  - path: /etc/hosts
    ops: [write, create, delete, rename, link, truncate, attr, mount]
    allow:
      exes: [/usr/bin/dpkg]
      uids: [root]
  - suffix: .docx
    path: /home
    else: ask
    default: deny
    deadline: 30s
`;

export const POLICY_EXAMPLE = `default: ask
answers:
  - trees: [/srv/app]
    exes: [/usr/bin/rsync]
    ops: [read, list]
    answer: allow
    lifetime: 10m
  - suffixes: [.docx]
    uids: [nobody]
    answer: deny
`;
