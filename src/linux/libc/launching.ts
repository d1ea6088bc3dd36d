// SPDX-License-Identifier: MIT
/* What a process sets up for the guarded command that it starts. */
import koffi, {type KoffiFunc} from 'koffi';

const PR_SET_SECCOMP = 22;
const PR_SET_CHILD_SUBREAPER = 36;
const SECCOMP_MODE_FILTER = 2;
const WNOHANG = 1;

const SockFprog = koffi.struct({len: 'uint16_t', filter: 'void *'});

const libc = koffi.load(null);
const prctl = libc.func('prctl', 'int', [
  'int',
  'unsigned long',
  koffi.pointer(SockFprog),
  'unsigned long',
  'unsigned long',
]) as KoffiFunc<
  (
    option: number,
    value: number,
    program: {len: number; filter: Buffer} | null,
    third: number,
    fourth: number,
  ) => number
>;
const waitpid = libc.func('int waitpid(int pid, void *status, int options)') as KoffiFunc<
  (pid: number, status: null, options: number) => number
>;

/* Opcodes of classic BPF. */
const LOAD = 0x20;
const IF_EQUAL = 0x15;
const RETURN = 0x06;

const RET_ALLOW = 0x7fff0000;
const RET_EPERM = 0x00050001;

/* Offset in struct seccomp_data: the low half of the second argument, on little-endian machines. */
const NR = 0;
const ARCH = 4;
const COMMAND = 24;

const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;

/* AUDIT_ARCH_* and the number of ioctl(), for every ABI of the supported machines. */
const IOCTLS = [
  [0xc000003e, 16], // x86-64
  [0xc000003e, 0x40000202], // x32
  [0x40000003, 54], // i386
  [0xc00000b7, 29], // arm64
  [0x40000028, 54], // arm
  [0xc00000f3, 29], // riscv64
] as const;

type Instruction = readonly [code: number, yes: number, no: number, value: number];

const refusing = (arch: number, ioctl: number): Instruction[] => [
  [LOAD, 0, 0, ARCH],
  [IF_EQUAL, 0, 6, arch],
  [LOAD, 0, 0, NR],
  [IF_EQUAL, 0, 4, ioctl],
  [LOAD, 0, 0, COMMAND],
  [IF_EQUAL, 1, 0, TIOCSTI],
  [IF_EQUAL, 0, 1, TIOCLINUX],
  [RETURN, 0, 0, RET_EPERM],
];

function typingFilter(): Buffer {
  const program: Instruction[] = [
    ...IOCTLS.flatMap(([arch, ioctl]) => refusing(arch, ioctl)),
    [RETURN, 0, 0, RET_ALLOW],
  ];
  return Buffer.concat(
    program.map(([code, yes, no, value]) => {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt16LE(code, 0);
      bytes.writeUInt8(yes, 2);
      bytes.writeUInt8(no, 3);
      bytes.writeUInt32LE(value, 4);
      return bytes;
    }),
  );
}

/**
 * Keeps this thread and its children from inserting input into the terminal (TIOCSTI), which
 * the next reader would execute, such as the unguarded shell that ran us.
 * @returns false if the kernel does not accept the filter
 */
export function refuseTyping(): boolean {
  const filter = typingFilter();
  const program = {len: filter.length / 8, filter};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) === 0;
}

/** Makes orphaned descendants children of this process. */
export function adoptDescendants(): void {
  prctl(PR_SET_CHILD_SUBREAPER, 1, null, 0, 0);
}

/** Whether a child is still running; reaps those that have ended. Call it once Node waits for none. */
export function hasChildren(): boolean {
  for (;;) {
    const pid = waitpid(-1, null, WNOHANG);
    if (pid <= 0) return pid === 0;
  }
}
