// SPDX-License-Identifier: MIT
import type {Remembered} from '../domain/remembered.js';
import {UserError} from '../domain/errors.js';
import {withGuard} from './guard.js';

/** The answers that rules remember, the oldest first. */
export const listAnswers = (): Promise<Remembered[]> => withGuard((guard) => guard.remembered());

/** Revokes answers, all or none; returns them. */
export function forgetAnswers(ids: readonly number[]): Promise<Remembered[]> {
  return withGuard((guard) => {
    const answers = guard.remembered();
    const doomed = [...new Set(ids)].map((id) => {
      const answer = answers.find((one) => one.id === id);
      if (answer !== undefined) return answer;
      throw new UserError('ENOENT', `no answer ${id} is remembered`, {
        next: ['sudo fguard answers'],
      });
    });
    guard.forget(doomed.map(({id}) => id));
    return doomed;
  });
}

/** Revokes all answers. */
export function forgetAllAnswers(): Promise<Remembered[]> {
  return withGuard((guard) => {
    const answers = guard.remembered();
    guard.forgetAll();
    return answers;
  });
}
