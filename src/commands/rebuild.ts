// SPDX-License-Identifier: MIT
import * as Flags from '@oclif/core/flags';
import {release} from 'node:os';

import {BaseCommand} from '../cli/base-command.js';
import {EXIT} from '../domain/errors.js';
import {toKernel} from '../cli/flags.js';
import {interruptSignal} from '../cli/interrupt.js';
import {isLoadedFromOther} from '../services/module/module-info.js';

export default class Rebuild extends BaseCommand {
  static override summary =
    'Build and install the kernel module for the running kernel or for others.';
  static override description =
    'Checks headers, compiler and kernel options first, and reports what is missing. ' +
    'If the build fails, the installed module is kept. Signs the module with the key you name, otherwise ' +
    "with the first of these that exists: /etc/fguard/signing.key with signing.crt, fguard's own key, the key of DKMS. If " +
    'modules must be signed and there is no key, it creates one in /var/lib/fguard/mok.';
  static override examples = [
    {description: 'Build for the running kernel', command: '<%= config.bin %> rebuild'},
    {
      description: 'Build for a kernel that will boot next',
      command: '<%= config.bin %> rebuild --kernel 6.1.0-56-amd64',
    },
    {description: 'Build for every installed kernel', command: '<%= config.bin %> rebuild --all'},
  ];
  static override flags = {
    kernel: Flags.string({
      description: 'kernel to build for, as named in /lib/modules (default: the running kernel)',
      helpValue: 'V',
      multiple: true,
      multipleNonGreedy: true,
    }),
    all: Flags.boolean({
      description: 'build for every installed kernel; a failure for one does not stop the others',
      exclusive: ['kernel'],
    }),
    force: Flags.boolean({description: 'build even if nothing has changed'}),
    'sign-key': Flags.string({
      description:
        'private key (PEM) to sign the module with; KBUILD_SIGN_PIN holds its passphrase',
      helpValue: 'FILE',
      dependsOn: ['sign-cert'],
    }),
    'sign-cert': Flags.string({
      description: 'its certificate (X.509, PEM or DER)',
      helpValue: 'FILE',
      dependsOn: ['sign-key'],
    }),
  };

  async run() {
    const {flags} = await this.parse(Rebuild);
    const {rebuild} = await import('../services/rebuild/rebuild.js');
    const {BuildBar} = await import('../ui/build-progress.js');
    const ui = await import('../ui/rebuilt.js');
    const [key, certificate] = [flags['sign-key'], flags['sign-cert']];
    const result = await rebuild({
      kernels: flags.all ? 'all' : (flags.kernel ?? [release()]).map(toKernel),
      force: flags.force,
      key: key === undefined || certificate === undefined ? undefined : {key, certificate},
      progress: new BuildBar(this.hidesProgress),
      signal: interruptSignal(),
    });
    if (result.failed.length > 0) process.exitCode = EXIT.failed;
    for (const output of ui.failureOutputs(result)) this.hint(output);
    this.tell(ui.renderRebuilt(result));
    for (const advice of ui.signatureAdvice(result)) this.hint(advice);
    const here = result.modules.find(({kernel}) => kernel === release());
    if (here !== undefined && (await isLoadedFromOther(here.file))) this.hint(ui.RELOAD_ADVICE);
    return ui.rebuiltDocument(result);
  }
}
