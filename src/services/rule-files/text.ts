// SPDX-License-Identifier: MIT
/* Writes rule files. */
import type {ScalarLayout} from 'js-yaml';

import type {SavedRule} from '../../domain/rule-file.js';
import {escapeText} from '../../domain/text.js';
import {yaml} from '../../formats/libraries.js';
import {packageFile} from '../../linux/package-root.js';
import {RULES_SCHEMA} from './load.js';

const isUnsafe = (text: string): boolean => escapeText(text) !== text;

/* YAML knows both of these escapes in double quotes. */
function escapeCode(character: string): string {
  if (!isUnsafe(`-${character}-`)) return character;
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
}

/**
 * YAML that is safe to print on a terminal: characters that it might act on, hide or
 * display differently, and bytes that are not UTF-8, are quoted and escaped.
 */
function safeYaml(value: unknown): string {
  const {DEFAULT_SCALAR_STYLE_RULES, SCALAR_STYLE, dump} = yaml();
  const quoteUnsafe = (layout: ScalarLayout): void => {
    if (isUnsafe(layout.node.value)) layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
  };
  const text = dump(value, {
    lineWidth: -1,
    noRefs: true,
    quoteStyle: 'double',
    scalarStyleRules: [quoteUnsafe, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)],
  });
  return text.replace(/[^\n\x20-\x7e]/gu, escapeCode);
}

/** Editors use this line to complete and check what is typed. */
const schemaLine = (): string => `# yaml-language-server: $schema=${packageFile(RULES_SCHEMA)}\n`;

/** A rule file with these rules, preceded by comments, which must be safe to print. */
export function ruleFileText(
  rules: readonly SavedRule[],
  comments: readonly string[] = [],
): string {
  const notes = comments.map((text) => `# ${text}\n`);
  return `${schemaLine()}${notes.join('')}${safeYaml({rules})}`;
}
