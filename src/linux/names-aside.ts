// SPDX-License-Identifier: MIT
import {type User, findUsers, localUsers, namesById} from './passwd.js';

/* A user with many uids, such as subordinate ones, must not exhaust our memory. */
const KNOWN_MAX = 4096;
const ASKED_MAX = 1024;

/* How many look-ups run at the same time, and how many users each is about. */
const LOOKUPS_MAX = 2;
const LOOKUP_SIZE = 32;

/* Milliseconds between look-ups, because each starts a process. */
const PAUSE = 100;

/* Unknown numbers are retried: the user may be created, or the name server may be back. */
const UNKNOWN_FOR = 60_000;

type Find = (uids: readonly number[]) => Promise<readonly User[]>;

/* Drops the oldest entry if the map is full. */
function keep<Value>(map: Map<number, Value>, uid: number, value: Value): void {
  const [oldest] = map.keys();
  if (map.size >= KNOWN_MAX && oldest !== undefined) map.delete(oldest);
  map.set(uid, value);
}

/**
 * User names for code that must not wait for them. An unknown name is looked up in the
 * background; until it is found, the number is returned.
 */
export class NamesAside {
  private readonly local: ReadonlyMap<number, string>;
  private readonly found = new Map<number, string>();
  /* Users without a name, and when to look them up again. */
  private readonly unknown = new Map<number, number>();
  /* In the order in which they will be looked up. */
  private readonly asked = new Set<number>();
  private lookups = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly find: Find = findUsers,
    local: readonly User[] = localUsers(),
  ) {
    this.local = namesById(local);
  }

  readonly name = (uid: number): string => {
    const name = this.local.get(uid) ?? this.found.get(uid);
    if (name !== undefined) return name;
    this.ask(uid);
    return String(uid);
  };

  private ask(uid: number): void {
    if ((this.unknown.get(uid) ?? 0) > performance.now()) return;
    if (this.asked.size >= ASKED_MAX) return;
    this.asked.add(uid);
    if (this.timer === undefined) this.lookUp();
  }

  private lookUp(): void {
    const uids = [...this.asked].slice(0, LOOKUP_SIZE);
    if (uids.length === 0 || this.lookups >= LOOKUPS_MAX) return;
    for (const uid of uids) {
      this.asked.delete(uid);
      keep(this.unknown, uid, Infinity);
    }
    this.lookups++;
    void this.find(uids).then((users) => {
      this.learn(uids, users);
    });
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.lookUp();
    }, PAUSE).unref();
  }

  private learn(uids: readonly number[], users: readonly User[]): void {
    this.lookups--;
    for (const uid of uids) {
      const user = users.find((one) => one.uid === uid);
      this.unknown.delete(uid);
      if (user === undefined) keep(this.unknown, uid, performance.now() + UNKNOWN_FOR);
      else keep(this.found, uid, user.name);
    }
    if (this.timer === undefined) this.lookUp();
  }
}
