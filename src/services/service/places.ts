// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {join} from 'node:path';

/** What is enabled, in the order of starting. */
export const UNITS = ['fguard.service', 'fguard-log.service', 'fguard-agent.service'] as const;

/** Loads the module and unloads it; the first of the others starts and stops it. */
export const MODULE_UNIT = 'fguard-module.service';

export const UNIT_FILES = [MODULE_UNIT, ...UNITS] as const;

/** Where the parts of the service are. */
export interface Places {
  /** A folder that is there exactly where systemd runs. */
  systemd: string;
  /** Units that a package brought. */
  packaged: string;
  /** Units of the administrator. */
  units: string;
  /** What runs when kernels come and go: its template in the package for each file. */
  hooks: Readonly<Record<string, string>>;
  configuration: string;
  /** Is there while the module is loaded. */
  module: string;
}

export const placesBelow = (root: string): Places => ({
  systemd: join(root, 'run/systemd/system'),
  packaged: join(root, 'usr/lib/systemd/system'),
  units: join(root, 'etc/systemd/system'),
  hooks: {
    [join(root, 'etc/kernel/postinst.d/fguard')]: 'kernel-postinst.d-fguard',
    [join(root, 'etc/kernel/header_postinst.d/fguard')]: 'kernel-postinst.d-fguard',
    [join(root, 'etc/kernel/postrm.d/fguard')]: 'kernel-postrm.d-fguard',
  },
  configuration: join(root, 'etc/fguard'),
  module: join(root, 'sys/module/fguard'),
});

/** Whether a package brought the units: then its own files stay as they are. */
export const isPackaged = ({packaged}: Places): boolean => existsSync(join(packaged, UNITS[0]));
