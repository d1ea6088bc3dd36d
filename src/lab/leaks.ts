// SPDX-License-Identifier: MIT
// Reports of kmemleak, on a kernel that has it.
import {PATIENCE} from './patience.js';

/**
 * The module is unloaded first, so that memory that only its variables point to counts as
 * leaked. kmemleak ignores objects that are younger than five seconds.
 */
const SCAN = `
[ -e /sys/kernel/debug/kmemleak ] || exit 0
grep '\\[fguard\\]$' /proc/kallsyms
! grep -q '^fguard ' /proc/modules || rmmod fguard || exit
sleep 6
for scan in 1 2; do
  echo scan >/sys/kernel/debug/kmemleak || exit
done
echo leaks:
cat /sys/kernel/debug/kmemleak
`;

const SCAN_TIMEOUT = 600_000 * PATIENCE;

/** A guest that runs a script; rejects if that fails. */
interface Guest {
  ok(script: string, options: {timeout: number}): Promise<string>;
}

interface Symbol {
  address: bigint;
  name: string;
}

function parseSymbols(text: string): Symbol[] {
  const found = [...text.matchAll(/^([0-9a-f]+) \w (\S+)\t\[fguard\]$/gm)];
  return found
    .map(([, address, name]) => ({address: BigInt(`0x${address}`), name: name ?? ''}))
    .sort((a, b) => (a.address < b.address ? -1 : 1));
}

/** The kernel cannot name code of a module that was unloaded. */
function nameAddress(symbols: readonly Symbol[], text: string): string {
  const address = BigInt(text);
  const symbol = symbols.findLast((one) => one.address <= address);
  const name = symbol ? `${symbol.name}+0x${(address - symbol.address).toString(16)}` : '?';
  return `${text} ${name} [fguard]`;
}

/** The reports of leaks whose stack contains code of the module. */
export function findLeaks(text: string): string[] {
  const [before = '', leaks = ''] = text.split(/^leaks:\n/m);
  const symbols = parseSymbols(before);
  return leaks
    .split(/^(?=unreferenced object)/m)
    .map((leak) => leak.trimEnd().replace(/\[<[^>]*>\] /g, ''))
    .map((leak) =>
      leak.replace(/(?<=^ +)0xffffffff[0-9a-f]{8}/gm, (address) => nameAddress(symbols, address)),
    )
    .filter((leak) => leak.includes('[fguard]'));
}

/** The memory that the module has leaked so far. Unloads the module. */
export async function scanForLeaks(guest: Guest): Promise<string[]> {
  return findLeaks(await guest.ok(SCAN, {timeout: SCAN_TIMEOUT}));
}
