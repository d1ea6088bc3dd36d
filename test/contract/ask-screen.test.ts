// SPDX-License-Identifier: MIT
/* What a person sees of `fguard ask`, and what their keys do. */
import {describe, expect, it} from 'vitest';

import {width} from '../../src/ui/width.js';
import {ROOT} from './compile.js';
import {eventually} from '../unit/eventually.js';
import {Feed} from './feed.js';
import {FAKE} from './fguard.js';
import {isRunning} from './running.js';
import {Screen} from './screen.js';

const READY = 'q: quit';
const COMMAND = `"${process.execPath}" "${ROOT}bin/run.js" ask`;

async function ask(columns: number, words = '', env: Record<string, string> = {}) {
  const feed = new Feed();
  const all = {FGUARD_LIBRARY: FAKE, FAKE_RULES: '1', ...feed.env, ...env};
  const screen = new Screen(`${COMMAND} ${words}`, all, {columns});
  await screen.until('no pending requests');
  return {feed, screen};
}

describe('ask in a terminal', () => {
  it.each([80, 40])('shows who, what, where and how long, in %i columns', async (columns) => {
    const {feed, screen} = await ask(columns);
    feed.question(1, {path: '/srv/a.db', newPath: '/srv/b.db', milliseconds: 90_000});
    feed.question(2);
    const text = await screen.until(/1 other pending request[^]*q: quit/);
    const flat = text.replace(/\s+/g, ' ');
    expect(flat).toContain('asker\\x1b\\x5b31m[');
    expect(flat).toMatch(/wants to rename (90|8\d) s left, then deny/);
    expect(flat).toContain('file /srv/a.db to /srv/b.db');
    expect(flat).toMatch(/program .*node/);
    expect(flat.replaceAll(' ', '')).toContain(`${ROOT}bin/run.jsask`);
    expect(flat).toMatch(/folder \//);
    expect(flat).toMatch(/user root, logged in as/);
    expect(flat).toMatch(/parents \S+\[\d+\]/);
    expect(flat).toMatch(/rule 1 first: \/srv\/file\\xff1/);
    expect(flat).toContain('Enter: deny once');
    for (const line of text.split('\n')) expect(width(line)).toBeLessThanOrEqual(columns);
    screen.press('q');
    await screen.until('ended with 0');
  });

  it('each key gives its answer', async () => {
    const keys = ['1', '2', '3', '4', '5', '6', '7', '8', 'Enter'];
    const expected = [
      'verdict=0 lifetime=0 ttl=0',
      'verdict=0 lifetime=1 ttl=0',
      'verdict=0 lifetime=2 ttl=600000',
      'verdict=0 lifetime=3 ttl=0',
      'verdict=1 lifetime=0 ttl=0',
      'verdict=1 lifetime=1 ttl=0',
      'verdict=1 lifetime=2 ttl=600000',
      'verdict=1 lifetime=3 ttl=0',
      'verdict=1 lifetime=0 ttl=0',
    ];
    const {feed, screen} = await ask(80);
    for (const [at, key] of keys.entries()) {
      feed.question(at + 1, {path: `/srv/number-${at}.`});
      await screen.until(new RegExp(`file +/srv/number-${at}\\.[^]*${READY}`));
      screen.press(key);
      await feed.answered(at + 1);
    }
    const ids = expected.map((terms, at) => `answer id=${at + 1} ${terms}`);
    expect(feed.answers()).toEqual(ids);
    expect(await screen.until('deny once: asker\\x1b\\x5b31m')).toContain('allow forever: ');
  });

  it('keys that mean nothing answer nothing', async () => {
    const {feed, screen} = await ask(80);
    feed.question(1);
    await screen.until(/file[^]*q: quit/);
    screen.press('9', '0', 'a', 'y', 'Space', 'Up', 'F5');
    screen.press('6');
    await feed.answered(1);
    expect(feed.answers()).toEqual(['answer id=1 verdict=1 lifetime=1 ttl=0']);
  });

  it('what was typed before a question came does not answer it', async () => {
    const {feed, screen} = await ask(80);
    feed.question(1, {path: '/srv/first'});
    feed.question(2, {path: '/srv/second'});
    await screen.until(/first[^]*q: quit/);
    screen.press('1', '1', '1', '1');
    await screen.until(/second[^]*q: quit/);
    screen.press('q');
    await screen.until('ended with 0');
    expect(feed.answers()).toEqual(['answer id=1 verdict=0 lifetime=0 ttl=0']);
  });

  it('counts down', async () => {
    const {feed, screen} = await ask(80);
    feed.question(1, {milliseconds: 60_000});
    const at = async (pattern: RegExp) => Number(pattern.exec(await screen.until(pattern))?.[1]);
    const first = await at(/(\d+) s left/);
    const next = await at(new RegExp(`((?!${first}\\b)\\d+) s left`));
    expect(next).toBeLessThan(first);
  });

  it.each([
    ['expired', 'expired, deny'],
    ['answered', 'answered elsewhere, deny'],
    ['gone', 'gone, deny'],
  ])('a question that %s makes room with a word', async (reason, words) => {
    const {feed, screen} = await ask(80);
    feed.question(1, {path: '/srv/first'});
    await screen.until(/first[^]*q: quit/);
    feed.question(2, {path: '/srv/second'});
    feed.closed(1, reason);
    const text = await screen.until(/second[^]*q: quit/);
    expect(text).toMatch(new RegExp(`${words}: asker.* rename /srv/first`));
  });

  it('one who asks much keeps nobody else out, however urgent it is', async () => {
    const {feed, screen} = await ask(80);
    for (let id = 1; id <= 50; id++) feed.question(id, {path: `/srv/many-${id}.`});
    feed.as(1001);
    feed.question(51, {path: '/srv/one.', milliseconds: 900_000});
    await screen.until(/many[^]*50 other pending requests[^]*q: quit/);
    screen.press('5');
    await screen.until(/one\.[^]*q: quit/);
    screen.press('q');
    await screen.until('ended with 0');
  });

  it('the most urgent question comes first', async () => {
    const {feed, screen} = await ask(80);
    feed.question(1, {path: '/srv/now'});
    await screen.until(/now[^]*q: quit/);
    feed.question(2, {path: '/srv/later', milliseconds: 900_000});
    feed.question(3, {path: '/srv/soon', milliseconds: 100_000});
    await screen.until('2 other pending requests');
    screen.press('5');
    const text = await screen.until(/file +\/srv\/(soon|later)/);
    expect(text).toMatch(/file +\/srv\/soon/);
  });

  it('control characters and look-alike spaces are shown as what they are', async () => {
    const {feed, screen} = await ask(80);
    feed.question(1, {path: '/srv/a\u00a0b\u202ec\u001b[2Jd'});
    await screen.until('/srv/a\\u{a0}b\\u{202e}c\\x1b[2Jd');
  });

  it('a path longer than the screen leaves both its ends and the keys to be seen', async () => {
    const {feed, screen} = await ask(40);
    feed.question(1, {path: `/begin/${'x'.repeat(900)}/end`});
    const text = await screen.until(/wants to rename[^]*q: quit/);
    expect(text).toContain('/begin/');
    expect(text).toContain('/end');
    expect(text).toMatch(/… \d+ lines …/);
    expect(text).toMatch(/wants to rename/);
  });

  it('follows the terminal when its size changes', async () => {
    const {feed, screen} = await ask(100);
    feed.question(1, {path: '/srv/a.db'});
    await screen.until('3 10 minutes');
    screen.resize({columns: 40});
    const text = await screen.until(/3 10m 4 forever[^]*q: quit/);
    expect(text.match(/wants to rename/g)).toHaveLength(1);
    screen.press('5');
    await feed.answered(1);
  });

  it('Ctrl-Z stops it, and it comes back with its question', async () => {
    const feed = new Feed();
    const shell = new Screen(
      'PS1="shell> " exec bash --norc --noprofile -i',
      {
        FGUARD_LIBRARY: FAKE,
        ...feed.env,
      },
      {columns: 80},
    );
    await shell.until('shell>');
    shell.press(`clear; ${COMMAND}`, 'Enter');
    await shell.until('no pending requests');
    feed.question(2, {path: '/srv/b.db'});
    await shell.until(/b\.db[^]*q: quit/);
    shell.press('C-z');
    await shell.until('Stopped');
    shell.press('fg', 'Enter');
    await shell.until(/^(?![^]*Stopped)[^]*b\.db[^]*q: quit/);
    shell.press('1');
    expect(await feed.answered(1)).toEqual(['answer id=2 verdict=0 lifetime=0 ttl=0']);
    shell.press('q');
    await shell.until('shell>');
    shell.press('echo echoed', 'Enter');
    expect(await shell.until(/^echoed$/m)).toContain('shell> echo echoed');
  });

  it('leaving leaves the rest to the rules, and says so', async () => {
    const {feed, screen} = await ask(80);
    feed.question(1);
    feed.question(2);
    await screen.until(/1 other[^]*q: quit/);
    screen.press('q');
    expect(await screen.until('ended with 0')).toContain(
      '2 pending requests: ended with the default of the rules',
    );
    expect(feed.answers()).toEqual([]);
  });

  it('leaving leaves the rest to the other answerers, where there are some', async () => {
    const {feed, screen} = await ask(80, '', {FAKE_ANSWERERS: '2'});
    feed.question(1);
    await screen.until(/file[^]*q: quit/);
    screen.press('C-c');
    expect(await screen.until('ended with 130')).toContain('left to the other answerers');
  });

  it('--default is what Enter and leaving answer', async () => {
    const {feed, screen} = await ask(80, '--default allow');
    feed.question(1);
    await screen.until('Enter: allow once');
    screen.press('Enter');
    await feed.answered(1);
    feed.question(2);
    feed.question(3);
    await screen.until(/1 other[^]*q: quit/);
    screen.press('C-d');
    expect(await screen.until('ended with 0')).toContain('answered allow once');
    expect(feed.answers()).toEqual(
      [1, 2, 3].map((id) => `answer id=${id} verdict=0 lifetime=0 ttl=0`),
    );
  });

  it('an answer that came too late is told, and the next question asked', async () => {
    const {feed, screen} = await ask(80, '', {FAKE_NO_EXE: '1'});
    feed.question(1);
    await screen.until(/file[^]*q: quit/);
    screen.press('4');
    await screen.until('the program could not be recognized again');
    expect(feed.answers()).toEqual([
      'answer id=1 verdict=0 lifetime=3 ttl=0',
      'answer id=1 verdict=0 lifetime=0 ttl=0',
    ]);
  });

  it('the module going ends it with 3, and the terminal is as before', async () => {
    const {feed, screen} = await ask(80);
    feed.question(1);
    await screen.until(/file[^]*q: quit/);
    feed.say('unload');
    const text = await screen.until('ended with 3');
    expect(text).toContain('the module was unloaded');
    screen.press('echoed', 'Enter');
    expect(await screen.until(/echoed\nechoed/)).toBeTruthy();
  });

  it.each(['a question', 'nothing'])(
    'hanging up with %s on the screen is leaving',
    async (what) => {
      const {feed, screen} = await ask(80);
      if (what === 'a question') {
        feed.question(1);
        await screen.until(/file[^]*q: quit/);
      }
      const pid = feed.answerer();
      screen.close();
      await feed.left();
      await eventually(() => {
        expect(isRunning(pid)).toBe(false);
      });
    },
  );

  it('NO_COLOR leaves no colour', async () => {
    const {feed, screen} = await ask(80, '', {NO_COLOR: '1'});
    feed.question(1);
    await screen.until(/file[^]*q: quit/);
    expect(screen.coloured()).not.toMatch(/\u001b\[[\d;]*m/);
  });
});
