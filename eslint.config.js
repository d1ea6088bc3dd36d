// SPDX-License-Identifier: MIT
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

import rooms from './scripts/lint/rooms.mjs';

export default tseslint.config(
  {ignores: ['dist', 'kmod', 'libnetlink', 'src/domain/uapi.gen.ts', '.cache']},
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {parserOptions: {projectService: true}},
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true}],
      '@typescript-eslint/no-confusing-void-expression': ['error', {ignoreArrowShorthand: true}],
      'no-control-regex': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {globals: {process: 'readonly', console: 'readonly', URL: 'readonly'}},
  },
  {
    files: ['bin/*.js'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: {
        require: 'readonly',
        exports: 'writable',
        Buffer: 'readonly',
        __dirname: 'readonly',
      },
    },
  },
  {
    // Its own tsconfig is stricter about index signatures, which these rules undo.
    files: ['test/vm/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
  {
    // vitest's matchers, such as expect.any(), are typed any.
    files: ['test/**/*.ts'],
    rules: {'@typescript-eslint/no-unsafe-assignment': 'off'},
  },
  {
    files: ['src/**/*.ts'],
    plugins: {rooms},
    rules: {'rooms/imports': 'error', 'rooms/words': 'error'},
  },
  prettier,
);
