// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {join} from 'node:path';

/** The units to enable, in the order of starting. */
export const UNITS = ['fguard.service', 'fguard-log.service', 'fguard-agent.service'] as const;

/** Loads the module and unloads it; the first of the others starts and stops it. */
export const MODULE_UNIT = 'fguard-module.service';

export const UNIT_FILES = [MODULE_UNIT, ...UNITS] as const;

/** Where the parts of the service are. */
export interface Places {
  /** A directory that exists only if systemd is running. */
  systemd: string;
  /** Units that came with a package. */
  packaged: string;
  /** Units of the administrator. */
  units: string;
  /** Hooks for kernel packages: each file with its template. */
  hooks: Readonly<Record<string, string>>;
  configuration: string;
  /** Exists while the module is loaded. */
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

/** Whether the units came with a package, whose files are not touched. */
export const isPackaged = ({packaged}: Places): boolean => existsSync(join(packaged, UNITS[0]));
